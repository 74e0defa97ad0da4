"""One client's coordinator: messages over Socket.IO, blobs and files over HTTP. See docs/protocol.md."""

import asyncio
import contextlib
import gzip
import hashlib
import json
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp

from duet_client.connection import ACK_SECONDS, Connection, Handlers, Link, Say
from duet_client.failure import AGAIN_SECONDS, Failure, asks_again
from duet_client.protocol import CHANGE, VERSION, check_change
from duet_client.transfers import Transfers

NEWS_SECONDS = 5.0
"""Without a change the connection is looked at."""
TRIES = 60
"""Of a request that is refused for now, while the coordinator is there and does not say when to come again."""
PROGRESS_SECONDS = 0.5


class Coordinator:
    """It greets and joins again with every connection, and keeps the newest snapshot."""

    def __init__(self, url: str, federation_id: str, say: Say) -> None:
        """Nothing is opened yet."""
        self.url = url.rstrip("/")
        self.federation_id = federation_id
        self.token = ""
        """What may watch: the invite's code, later the resume token."""
        self.snapshot: dict[str, Any] | None = None
        self.client_id: str | None = None
        self.replaced: str | None = None
        """Why this connection speaks for its client no more."""
        self._joining: Callable[[], dict[str, Any]] | None = None
        """What this client introduces itself by, as it is by then."""
        self._changed = asyncio.Event()
        self._wrong: Failure | None = None
        """What was pushed is not of this protocol."""
        self._progress_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        handlers: Handlers = {CHANGE: self._on_changed, "client:replaced": self._on_replaced}
        self._say = say
        self._connection = Connection(self.url, self._greet, handlers, say)

    async def __aenter__(self) -> "Coordinator":
        """Connect and greet."""
        self._http = aiohttp.ClientSession()
        self._files = Transfers(self._http, self.url)
        try:
            await self._connection.open(self._http)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        await self._connection.close()
        await self._http.close()

    async def request(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a message and take its answer. A refusal is a Failure with its code; no answer one with TIMEOUT."""
        return await self._connection.call(name, payload)

    async def watch(self, token: str) -> dict[str, Any]:
        """Follow the federation; its newest snapshot."""
        self.token = token

        async def watched() -> dict[str, Any]:
            answer = await self.request("federation:watch", {"federationId": self.federation_id, "token": token})
            return await self._snapshot_from(answer["revision"])

        return await _persistently(watched)

    async def join(self, joining: Callable[[], dict[str, Any]], on_asked: Callable[[], None]) -> dict[str, Any]:
        """Become a client, again with every connection; the first snapshot that knows of it. `on_asked`: the organiser is.

        `joining` is asked at every join, as a client that has trained since is no longer new.
        """

        async def joined() -> dict[str, Any]:
            introduced = joining()
            answer = await self.request("client:join", introduced)
            self._joining, self.token, self.client_id = joining, introduced["resumeToken"], answer["clientId"]
            return await self._snapshot_from(answer["revision"])

        return await _persistently(joined, on_asked, self._say)

    async def next_snapshot(self) -> dict[str, Any]:
        """Wait for the next change; without one, for a while, and then give what is there."""
        try:
            await asyncio.wait_for(self._changed.wait(), timeout=NEWS_SECONDS)
        except TimeoutError:
            await self._connection.check()
        self._changed.clear()
        self._raise_wrong()
        if self.snapshot is None:
            raise Failure("The coordinator has sent no state of the federation", "TIMEOUT")
        return self.snapshot

    @property
    def is_refused(self) -> bool:
        """Whether the coordinator has refused this client for good: whatever is asked next fails."""
        return self._connection.is_refused

    async def plans(self) -> dict[str, Any]:
        """What clients do in every round, as data."""
        return dict(json.loads(await self._files.get(f"{self._path}/plans", {"x-watch-token": self.token})))

    async def model_file(self, model_id: str, path: str, sha256: str, to: Path) -> bool:
        """Fetch a file of a base model that the coordinator serves; whether it is the one that is meant."""
        return await self._files.get_file(f"/models/{model_id}/{path}?sha256={sha256}", sha256, to)

    async def adapter_file(self, name: str) -> bytes:
        """The adapter that the federation started from ("initial"), or the shared one after a round."""
        return await self._files.get(f"{self._path}/adapters/{name}.safetensors", {"x-watch-token": self.token})

    async def fetch_adapter(self, number: int) -> bytes | None:
        """What the open round starts from; None in a round that receives none."""
        named = (await self.request("round:fetch", {"round": number}))["adapter"]
        if named is None:
            return None
        content = await self._files.get(f"{self._path}/blobs/{named['sha256']}", self._secret())
        if hashlib.sha256(content).hexdigest() != named["sha256"]:
            raise Failure("The adapter arrived changed", "TIMEOUT")
        return content

    async def submit(self, number: int, upload: bytes | None, metrics: dict[str, Any]) -> None:
        """Send a round's result; a repeat is as good as one."""
        submission = {"round": number, "adapter": upload and _blob_of(upload), "metrics": metrics}
        await self._with_blob("round:submit", submission, upload)

    async def fetch_for_sum(self, key: dict[str, Any]) -> bytes:
        """What this client needs in order to answer a step of a secure sum; nothing in the first."""
        return bytes((await self.request("exchange:fetch", key))["content"] or b"")

    async def answer_sum(self, key: dict[str, Any], content: bytes) -> None:
        """Answer a step; a repeat is as good as one."""
        await self._with_blob("exchange:send", {**key, "blob": _blob_of(content)}, content)

    async def _with_blob(self, name: str, message: dict[str, Any], content: bytes | None) -> None:
        for _ in range(3):
            try:
                await self.request(name, message)
                return
            except Failure as failure:
                if failure.code != "BLOB_MISSING" or content is None:
                    raise
            await self._files.put(f"{self._path}/blobs/{hashlib.sha256(content).hexdigest()}", content, self._secret())
        raise Failure("The coordinator lost what this client sent three times. Run the same command again later.")

    def tell(self, progress: dict[str, Any]) -> None:
        """Say where this client is, at most twice a second; nobody waits for the answer."""
        now = time.monotonic()
        if progress.get("step") and now - self._progress_at < PROGRESS_SECONDS:
            return
        self._progress_at = now
        self._later(self._connection.tell("client:progress", progress))

    def _later(self, work: Coroutine[Any, Any, object]) -> None:
        async def quietly() -> None:
            # What was lost is said again with the next change, or over the next connection.
            with contextlib.suppress(Failure):
                await work

        task = asyncio.get_running_loop().create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def _path(self) -> str:
        return f"/federations/{self.federation_id}"

    def _secret(self) -> dict[str, str]:
        return {"x-resume-token": self.token}

    async def _greet(self, link: Link) -> None:
        await link.call("session:hello", {"protocolVersion": VERSION})
        if self._joining:
            await link.call("client:join", self._joining())

    async def _on_changed(self, content: bytes) -> None:
        text = gzip.decompress(content) if content[:1] == b"\x1f" else content
        change = json.loads(text)
        try:
            check_change(change)
        except Failure as failure:
            self._wrong = failure
            self._changed.set()
            return
        changed = apply_change(self.snapshot, change)
        if changed is None:
            # It is not for the one that is here: begin anew.
            watching = {"federationId": self.federation_id, "token": self.token}
            again = ("client:join", self._joining()) if self._joining else ("federation:watch", watching)
            self._later(self.request(*again))
        else:
            self.snapshot = changed
            self._changed.set()

    async def _on_replaced(self, notice: dict[str, Any]) -> None:
        self.replaced = str(notice.get("reason", "This client was taken over"))
        self._joining = None
        self._changed.set()

    def _raise_wrong(self) -> None:
        if self._wrong:
            raise self._wrong

    async def _snapshot_from(self, revision: int) -> dict[str, Any]:
        """The opening push comes within a moment of the answer."""
        try:
            async with asyncio.timeout(ACK_SECONDS):
                while self.snapshot is None or self.snapshot["revision"] < revision:
                    await self._changed.wait()
                    self._changed.clear()
                    self._raise_wrong()
        except TimeoutError as error:
            raise Failure("The coordinator has sent no state of the federation", "TIMEOUT") from error
        return self.snapshot


async def _persistently(
    request: Callable[[], Coroutine[Any, Any, dict[str, Any]]],
    on_asked: Callable[[], None] = lambda: None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """
    What it gives once it succeeds. Without an end as long as the coordinator says when to come again, or the organiser is asked:
    that ends by the coordinator.
    """
    tries = 0
    while True:
        try:
            return await request()
        except Failure as failure:
            asked = failure.code == "AWAITING_APPROVAL"
            wait = failure.wait_seconds()
            tries = tries + 1 if wait is None and not asked else 0
            # Who could not be reached was waited for already.
            if not failure.is_transient or failure.code == "UNREACHABLE" or tries >= TRIES:
                raise
            if asked:
                on_asked()
            if wait is not None:
                say(asks_again(wait))
        await asyncio.sleep(AGAIN_SECONDS if wait is None else wait)


def _blob_of(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


HEAD = ("phase", "note", "endedAt", "joining", "waiting", "openRound", "statistics", "catchingUp")


def apply_change(before: dict[str, Any] | None, change: dict[str, Any]) -> dict[str, Any] | None:
    """What a client needs of the snapshot after a change; None when it is not for the one that is there."""
    if change["since"] is None:
        before = {**change["fixed"], "clients": {}}
    elif before is None or before["revision"] != change["since"]:
        return None
    clients = {**before["clients"], **{client["id"]: client for client in change["clients"]}}
    head = {name: change["head"][name] for name in HEAD if name in change["head"]}
    kept = {client_id: client for client_id, client in clients.items() if client_id not in change["gone"]}
    return {**before, **head, "revision": change["revision"], "clients": kept}
