"""Who is refused for now comes again when it was told to: results, sums and uploads, against a real server that refuses."""

import asyncio
import hashlib
import math
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import socketio
from aiohttp import web

from duet_client.coordinator import Coordinator
from duet_client.failure import Failure, refused
from duet_client.protocol import VERSION
from duet_client.ranks import Ranks
from duet_client.run_round import Client, Held
from duet_client.session import NO_METRICS, Session
from duet_client.state import Finished, Identity, StateFolder

OFFER = {"protocolVersion": VERSION, "serverTime": 1, "models": [], "hub": "https://hub.example", "hubClientId": None}
FEDERATION, ME = "f" * 12, "c" * 12
UPLOAD = b"what was learned"
WAIT_MS = 700
SAID: list[str] = []


def used_up(wait: Any = WAIT_MS) -> dict[str, Any]:
    """With what it says as data, which this client does not read."""
    return {"code": "QUOTA_USED_UP", "message": "They come too fast", "told": ["tooFast", "upload"], "retryAfterMs": wait}


@dataclass
class Server:
    """Answers each message, and each piece of an upload, with what it was given for it, and then well."""

    answers: dict[str, list[dict[str, Any]]]
    socket: socketio.AsyncServer
    url: str = ""
    asked: dict[str, list[float]] = field(default_factory=dict)
    """When each was asked."""
    holds: bool = False
    """The upload is there."""
    introductions: list[dict[str, Any]] = field(default_factory=list)
    """By which this client has joined."""
    link: str = ""
    """Over which it last did."""

    def answer(self, name: str, well: dict[str, Any]) -> dict[str, Any]:
        self.asked.setdefault(name, []).append(time.monotonic())
        left = self.answers.get(name)
        return {"ok": False, "error": left.pop(0)} if left else {"ok": True, "data": well}

    def gaps(self, name: str) -> list[float]:
        return [later - earlier for earlier, later in zip(self.asked[name], self.asked[name][1:], strict=False)]


@asynccontextmanager
async def served(**answers: list[dict[str, Any]]) -> AsyncIterator[Server]:
    socket = socketio.AsyncServer(async_mode="aiohttp")
    app = web.Application()
    socket.attach(app)
    server = Server(answers, socket)

    async def put(request: web.Request) -> web.Response:
        answer = server.answer("put", {"receivedBytes": len(UPLOAD)})
        server.holds = answer["ok"] is True
        return web.json_response(answer, status=200 if answer["ok"] else 429)

    async def submit(_: str, __: dict[str, Any]) -> dict[str, Any]:
        if not server.holds:
            return {"ok": False, "error": {"code": "BLOB_MISSING", "message": "It is not there"}}
        return server.answer("submit", {})

    async def hello(*_: Any) -> dict[str, Any]:
        return server.answer("hello", OFFER)

    async def join(link: str, introduction: dict[str, Any]) -> dict[str, Any]:
        server.link = link
        server.introductions.append(introduction)
        return server.answer("join", {"clientId": ME, "revision": 1})

    async def fetch(*_: Any) -> dict[str, Any]:
        return server.answer("fetch", {"content": None})

    app.router.add_put(f"/federations/{FEDERATION}/blobs/{hashlib.sha256(UPLOAD).hexdigest()}", put)
    for name, handler in {"session:hello": hello, "client:join": join, "exchange:fetch": fetch, "round:submit": submit}.items():
        socket.on(name, handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("wait", [-1, "soon", True, 1.5, math.nan, None, [1]])
def test_a_time_that_is_none_of_this_protocol_is_not_waited_for(wait: Any) -> None:
    failure = refused(used_up(wait))
    assert failure.retry_after is None
    assert not failure.is_transient


def test_nobody_waits_longer_than_a_coordinator_may_ask_for() -> None:
    assert refused(used_up(10**400)).retry_after == 300
    assert refused(used_up(1500)).retry_after == 1.5


@pytest.mark.parametrize("error", [None, "no", {}, {"code": "TIMEOUT"}, {"code": 3, "message": "no"}])
def test_a_refusal_that_is_none_of_this_protocol_is_told(error: Any) -> None:
    assert refused(error).code == "BAD_REPLY"


@asynccontextmanager
async def session_on(server: Server, folder: Path) -> AsyncIterator[Session]:
    """Of a client that has finished the first round and sent nothing of it."""
    config = {"aggregation": "plain", "late": {}}
    client = Client(config, {}, None, [], [], [], 1, None, None, None, None)  # type: ignore[arg-type]
    state = StateFolder(folder, FEDERATION)
    identity = Identity.new(FEDERATION, "python", "everybody")
    async with Coordinator(server.url, FEDERATION, lambda _: None) as coordinator:
        coordinator.client_id, coordinator.token = ME, identity.resume_token
        trainings, said = state.trainings(SAID.append), SAID.append
        one = Session(
            coordinator, client, {"rounds": [{"round": 0}]}, state, trainings, identity, Ranks(), threading.Event(), said
        )
        one.finished = Finished(1, 1, False, Held({}, {}), UPLOAD, NO_METRICS)
        yield one


def test_a_join_is_made_again_as_often_as_the_coordinator_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duet_client.coordinator.TRIES", 2)
    monkeypatch.setattr("duet_client.failure.AGAIN_SECONDS", 0.1)
    full = {"code": "RATE_LIMITED", "message": "Too many join", "retryAfterMs": 0}
    for_good = {"code": "FORBIDDEN", "message": "The invite was closed"}
    joining = {
        "federationId": FEDERATION,
        "inviteToken": "i" * 22,
        "name": "Late",
        "resumeToken": "r" * 22,
        "modelSha256": "0" * 64,
        "figures": "everybody",
        "device": None,
        "samples": {"train": 5, "fusion": 1, "test": 1},
        "identity": None,
        "sees": "own",
    }

    async def main() -> None:
        async with served(join=[full, full, full, full, for_good]) as server:
            said: list[str] = []
            async with Coordinator(server.url, FEDERATION, said.append) as opened:
                with pytest.raises(Failure) as told:
                    await opened.join(lambda: joining, lambda: None)
            assert told.value.sentence == "The invite was closed."
            assert len(server.asked["join"]) == 5
            assert len(said) == 4

    asyncio.run(main())


def snapshot(opened: int, phase: str = "collecting", **exchange: Any) -> dict[str, Any]:
    of_round = {"round": opened, "attempt": 1, "participants": [ME] if opened == 1 else [], "submitted": []}
    return {"phase": phase, "clients": {}, "openRound": {**of_round, "stillTaken": {ME: [1]}, **exchange}}


@pytest.mark.parametrize("opened", [1, 2])
def test_a_result_and_its_upload_are_sent_again_when_the_coordinator_said(tmp_path: Path, opened: int) -> None:
    async def main() -> None:
        async with served(put=[used_up()], submit=[used_up()]) as server, session_on(server, tmp_path) as one:
            async with asyncio.timeout(30):
                while one.finished and not one.finished.submitted:
                    await one._act(snapshot(opened), Held({}, {}))
                    await asyncio.sleep(0.02)
            assert [len(server.asked[name]) for name in ("put", "submit")] == [2, 2]
            assert min(*server.gaps("put"), *server.gaps("submit")) > WAIT_MS / 1000

    asyncio.run(main())


def test_a_step_of_a_sum_is_answered_when_the_coordinator_said(tmp_path: Path) -> None:
    exchange = {"attempt": 1, "step": "keys", "asked": [ME], "answered": []}

    async def main() -> None:
        async with served(fetch=[used_up(), used_up()]) as server, session_on(server, tmp_path) as one:
            async with asyncio.timeout(30):
                while len(server.asked.get("fetch", [])) < 2:
                    await one._act(snapshot(1, "exchanging", exchange=exchange), Held({}, {}))
                    await asyncio.sleep(0.02)
            assert server.gaps("fetch")[0] > WAIT_MS / 1000

    asyncio.run(main())
