"""The connection comes back by itself: against a real Socket.IO server that ends connections and refuses greetings."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web

from duet_client import connection
from duet_client.connection import Connection, Link
from duet_client.failure import Failure
from duet_client.protocol import VERSION

OFFER = {"protocolVersion": VERSION, "serverTime": 1, "models": [], "hub": "https://hub.example", "hubClientId": None}
WELCOME = {"ok": True, "data": OFFER}
BUSY = "The coordinator has too much to do at the moment:"
ENDS = "ends the connection"
"""In place of an answer."""


def refusal(code: str, **told: int) -> dict[str, Any]:
    return {"ok": False, "error": {"code": code, "message": f"It is {code}", **told}}


@dataclass
class Server:
    """Greets one connection after the other as it was told to, and all others with a welcome."""

    url: str
    socket: socketio.AsyncServer
    greetings: list[Any] = field(default_factory=list)
    met: list[float] = field(default_factory=list)
    """When a connection came."""
    last: str = ""
    """Which is the newest."""


@asynccontextmanager
async def served(*greetings: Any) -> AsyncIterator[Server]:
    socket = socketio.AsyncServer(async_mode="aiohttp")
    app = web.Application()
    socket.attach(app)
    server = Server("", socket, list(greetings))

    async def connect(sid: str, *_: Any) -> None:
        server.met.append(time.monotonic())
        server.last = sid

    async def hello(sid: str, asked: dict[str, Any]) -> Any:
        assert asked == {"protocolVersion": VERSION}
        answer = server.greetings.pop(0) if server.greetings else WELCOME
        if answer == ENDS:
            await socket.disconnect(sid)
            # Never answered.
            await asyncio.sleep(3600)
        return answer

    socket.on("connect", connect)
    socket.on("session:hello", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


async def greet(link: Link) -> None:
    await link.call("session:hello", {"protocolVersion": VERSION})


async def ask(opened: Connection) -> dict[str, Any]:
    return await opened.call("session:hello", {"protocolVersion": VERSION})


def during(server: Server, work: Callable[[Connection, list[str]], Awaitable[None]]) -> Awaitable[None]:
    async def run() -> None:
        said: list[str] = []
        opened = Connection(server.url, greet, {}, said.append)
        async with aiohttp.ClientSession() as http:
            try:
                await opened.open(http)
                await work(opened, said)
            finally:
                await opened.close()

    return run()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.02)


def test_a_connection_that_the_server_ends_is_made_again_after_a_pause() -> None:
    async def main() -> None:
        async with served() as server:

            async def work(opened: Connection, said: list[str]) -> None:
                for times in (2, 3):
                    await server.socket.disconnect(server.last)
                    await until(lambda times=times: len(server.met) == times)
                    assert (await ask(opened))["models"] == []
                pauses = [later - earlier for earlier, later in zip(server.met, server.met[1:], strict=False)]
                assert min(pauses) > 0.45
                assert said == 2 * ["The coordinator has ended the connection. It is tried again by itself."]

            await during(server, work)

    asyncio.run(main())


def test_a_greeting_that_is_not_answered_or_refused_for_now_is_made_again() -> None:
    async def main() -> None:
        async with served(ENDS, refusal("RATE_LIMITED"), refusal("TIMEOUT")) as server:

            async def work(opened: Connection, _: list[str]) -> None:
                assert (await ask(opened))["models"] == []
                assert len(server.met) == 4

            async with asyncio.timeout(connection.ACK_SECONDS / 2):
                await during(server, work)

    asyncio.run(main())


def test_a_greeting_is_made_again_when_the_coordinator_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.01)

    async def main() -> None:
        refusals = [refusal(code, retryAfterMs=wait) for code, wait in (("RATE_LIMITED", 700), ("QUOTA_USED_UP", 1100))]
        async with served(*refusals) as server:

            async def work(opened: Connection, said: list[str]) -> None:
                assert (await ask(opened))["models"] == []
                pauses = [later - earlier for earlier, later in zip(server.met, server.met[1:], strict=False)]
                assert [pause > wait for pause, wait in zip(pauses, (0.7, 1.1), strict=True)] == [True, True]
                assert [line.split(" in ")[0] for line in said] == 2 * [f"{BUSY} this client asks again"]

            await during(server, work)

    asyncio.run(main())


def test_who_is_told_to_come_again_does_so_for_longer_than_a_coordinator_may_be_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_SECONDS", 1)
    monkeypatch.setattr(connection, "REACH_SECONDS", 1)

    async def main() -> None:
        come_again = refusal("QUOTA_USED_UP", retryAfterMs=1500)
        async with served(come_again, come_again, WELCOME, come_again, come_again) as server:

            async def work(opened: Connection, said: list[str]) -> None:
                await server.socket.disconnect(server.last)
                await until(lambda: len(server.met) == 4)
                assert (await ask(opened))["models"] == []
                assert len([line for line in said if line.startswith(BUSY)]) == 4

            await during(server, work)

    asyncio.run(main())


def test_a_greeting_that_is_refused_for_good_ends_it_with_the_reason_and_the_next_step() -> None:
    async def main() -> None:
        async with served(WELCOME, refusal("VERSION_MISMATCH")) as server:

            async def work(opened: Connection, _: list[str]) -> None:
                await server.socket.disconnect(server.last)
                await until(lambda: opened.is_refused)
                for _ in range(2):
                    with pytest.raises(Failure) as told:
                        await ask(opened)
                    assert told.value.told == "It is VERSION_MISMATCH. Install the version of Duet that the coordinator has."
                assert len(server.met) == 2

            await during(server, work)

    asyncio.run(main())


def test_what_is_asked_when_the_connection_ends_fails_at_once() -> None:
    async def main() -> None:
        async with served(WELCOME, ENDS) as server:

            async def work(opened: Connection, _: list[str]) -> None:
                async with asyncio.timeout(connection.ACK_SECONDS / 2):
                    with pytest.raises(Failure) as told:
                        await ask(opened)
                    assert told.value.is_transient
                    assert (await ask(opened))["models"] == []

            await during(server, work)

    asyncio.run(main())


def test_an_address_where_nothing_listens_is_told_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_SECONDS", 2)

    async def main() -> None:
        async with served() as server:
            url = server.url
        said: list[str] = []
        opened = Connection(url, greet, {}, said.append)
        async with aiohttp.ClientSession() as http:
            try:
                with pytest.raises(Failure) as told:
                    await opened.open(http)
            finally:
                await opened.close()
        assert f"The coordinator at {url} cannot be reached (" in told.value.told
        assert told.value.told.endswith("Check the address and the network, then run the same command again.")
        assert len(said) == 1

    asyncio.run(main())
