"""A coordinator's socket that comes back by itself. Every connection is a new one, and greeted before anything else."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import socketio

from duet_client.failure import Failure, asks_again, refused
from duet_client.protocol import check_reply, check_request

ACK_SECONDS = 60.0
CONNECT_SECONDS = 20.0
FIRST_SECONDS = 30.0
"""How long a coordinator that was never met may be out of reach before that ends the client."""
REACH_SECONDS = 600.0
"""The same of one that was: longer than it takes to be updated, or moved to another machine."""
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 3.0
"""
Before connecting again: what ended a connection lasts for a while (the node that runs the federation is gone, say, and its lease
is not over), and must not be met without a pause. On average; not all come back at once. Longer while nothing listens at all.
"""

Handlers = dict[str, Callable[..., Awaitable[None]]]
Greet = Callable[["Link"], Awaitable[None]]
Say = Callable[[str], None]


class Link:
    """One connection, from its opening to its loss."""

    def __init__(self, http: aiohttp.ClientSession, handlers: Handlers) -> None:
        """Nothing is opened yet; the HTTP session stays its owner's."""
        self.lost = asyncio.Event()
        self._waiting: set[asyncio.Future[Any]] = set()
        # One that the server ends the library never opens again. A snapshot can be larger than its limit of a message.
        self._socket = socketio.AsyncClient(
            reconnection=False, handle_sigint=False, http_session=http, websocket_extra_options={"max_msg_size": 0}
        )
        self._socket.on("disconnect", self._on_lost)
        for name, handler in handlers.items():
            self._socket.on(name, handler)

    async def open(self, url: str) -> None:
        """Connect. A Failure with UNREACHABLE says why it cannot be."""
        parts = urlsplit(url)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._socket.connect(
                    f"{parts.scheme}://{parts.netloc}",
                    socketio_path=f"{parts.path}/socket.io",
                    transports=["websocket"],
                    wait_timeout=CONNECT_SECONDS,
                )
        except (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError, ValueError) as error:
            raise _unreachable(url, error) from error
        if self._socket.eio.state != "connected":
            # The library does not tell of a connection that ends while it is made.
            raise _unreachable(url, "it ended the connection")

    async def close(self) -> None:
        """Let go of it, in whatever state it is."""
        self.lost.set()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._socket.disconnect()

    async def call(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a message and take its answer. A refusal is a Failure with its code; no answer one with TIMEOUT."""
        check_request(name, payload)
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.add(answered)
        try:
            await self._emit(name, payload, partial(_settle, answered))
            answer = await asyncio.wait_for(answered, ACK_SECONDS)
        except (socketio.exceptions.SocketIOError, TimeoutError) as error:
            raise Failure("The coordinator did not answer", "TIMEOUT") from error
        finally:
            self._waiting.discard(answered)
        return _reply(name, answer)

    async def tell(self, name: str, payload: dict[str, Any]) -> None:
        """Send a message; nobody waits for the answer, nor minds that it is lost."""
        check_request(name, payload)
        with contextlib.suppress(socketio.exceptions.SocketIOError):
            await self._emit(name, payload, lambda *_: None)

    async def _emit(self, name: str, payload: dict[str, Any], callback: Callable[..., Any]) -> None:
        if self.lost.is_set():
            raise socketio.exceptions.DisconnectedError
        await self._socket.emit(name, payload, callback=callback)

    def _on_lost(self, *_: object) -> None:
        self.lost.set()
        for answered in self._waiting:
            if not answered.done():
                answered.set_exception(socketio.exceptions.DisconnectedError())


class Connection:
    """The link that is there, or the next one."""

    def __init__(self, url: str, greet: Greet, handlers: Handlers, say: Say) -> None:
        """`greet` says over a new link what has to be said first; with a refusal that is not transient it ends everything."""
        self._url, self._greet, self._handlers, self._say = url, greet, handlers, say
        self._link: Link | None = None
        self._ready = asyncio.Event()
        self._refused: Failure | None = None
        self._has_met = False
        self._has_told = False
        """That there is no link."""
        self._why = Failure("The coordinator did not answer", "UNREACHABLE")
        """What ended the last link, or kept it from being one."""
        self._due = 0.0
        """When the coordinator has told this client to greet it again: until then it is not out of reach."""

    async def open(self, http: aiohttp.ClientSession) -> None:
        """Connect and greet, and stay connected from now on."""
        self._staying = asyncio.create_task(self._stay(http))
        self._staying.add_done_callback(lambda _: self._ready.set())
        await self._until_ready()

    async def close(self) -> None:
        """Stay no longer."""
        self._staying.cancel()
        await asyncio.wait([self._staying])

    @property
    def is_refused(self) -> bool:
        """Whether a greeting was refused for good."""
        return self._refused is not None

    async def call(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a message over the link that is there, or the next one; see Link.call."""
        return await (await self._until_ready()).call(name, payload)

    async def tell(self, name: str, payload: dict[str, Any]) -> None:
        """Send a message if there is a link; nobody waits for the answer."""
        if self._link is not None and self._ready.is_set():
            await self._link.tell(name, payload)

    async def check(self) -> None:
        """Wait until there is a link. A Failure where it stays away, or the coordinator has refused this client for good."""
        await self._until_ready()

    async def _until_ready(self) -> Link:
        asked = time.monotonic()
        while not self._ready.is_set():
            silent = time.monotonic() - max(asked, self._due)
            left = (REACH_SECONDS if self._has_met else FIRST_SECONDS) - silent
            if left <= 0:
                raise self._why
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), left)
        if self._staying.done():
            self._staying.result()
        if self._refused or self._link is None:
            raise self._refused or self._why
        return self._link

    async def _stay(self, http: aiohttp.ClientSession) -> None:
        pause = PAUSE_SECONDS
        while True:
            link, told = Link(http, self._handlers), None
            try:
                await link.open(self._url)
                pause = PAUSE_SECONDS
                await self._greet(link)
                self._link, self._has_met, self._has_told = link, True, False
                self._ready.set()
                await link.lost.wait()
                self._why = Failure("The coordinator has ended the connection", "UNREACHABLE")
            except Failure as failure:
                self._why = failure
                if not failure.is_transient:
                    self._refused = failure
                    return
                pause, told = min(LONGEST_PAUSE_SECONDS, 1.5 * pause), failure.wait_seconds()
            finally:
                self._ready.clear()
                await link.close()
            wait = max(told or 0, pause * random.uniform(0.5, 1.5))
            if told is not None:
                self._due = time.monotonic() + wait
            self._tell_why(None if told is None else wait)
            await asyncio.sleep(wait)

    def _tell_why(self, wait: float | None) -> None:
        """Once for every time that it is away, and whenever the coordinator has said how long to wait."""
        if wait is not None:
            self._say(asks_again(wait))
        elif not self._has_told:
            self._say(f"{self._why.sentence} It is tried again by itself.")
        self._has_told = True


def _settle(answered: asyncio.Future[Any], answer: Any = None) -> None:  # noqa: ANN401
    if not answered.done():
        answered.set_result(answer)


def _reply(name: str, answer: Any) -> dict[str, Any]:  # noqa: ANN401
    """What was answered. A Failure for a refusal, and for what is no answer of this protocol."""
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        raise Failure(f"The coordinator's answer to {name} could not be read", "BAD_REPLY")
    if not answer["ok"]:
        raise refused(answer.get("error"))
    check_reply(name, answer["data"])
    return dict(answer["data"])


def _unreachable(url: str, why: BaseException | str) -> Failure:
    """The library says little of why; what it stumbled over does."""
    reason = why
    while isinstance(reason, BaseException) and reason.__context__ is not None:
        reason = reason.__context__
    said = str(reason) or type(reason).__name__
    return Failure(f"The coordinator at {url} cannot be reached ({said})", "UNREACHABLE")
