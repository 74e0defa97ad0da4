"""The connection to a coordinator: messages over Socket.IO, blobs and files over HTTP. See docs/protocol.md."""

import asyncio
import contextlib
import gzip
import hashlib
import json
import time
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import socketio

from duet_client.failure import Failure
from duet_client.protocol import CHANGE, VERSION, check_change, check_reply, check_request

ACK_SECONDS = 60.0
REACH_SECONDS = 120.0
"""How long the coordinator may be out of reach before that ends the client."""
STALL_SECONDS = 60.0
PIECE_BYTES = 256 * 1024
ATTEMPTS = 30
PAUSE_SECONDS = 1.0
PROGRESS_SECONDS = 0.5


class Coordinator:
    """One client's connection: it comes back by itself, greets and joins again, and keeps the newest snapshot."""

    def __init__(self, url: str, federation_id: str) -> None:
        """Nothing is opened yet."""
        self.url = url.rstrip("/")
        self.federation_id = federation_id
        self.token = ""
        """What may watch: the invite's code, later the resume token."""
        self.snapshot: dict[str, Any] | None = None
        self.client_id: str | None = None
        self.replaced: str | None = None
        """Why this connection speaks for its client no more."""
        self._joining: dict[str, Any] | None = None
        self._changed = asyncio.Event()
        self._ready = asyncio.Event()
        self._refused: Failure | None = None
        self._progress_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        # A snapshot can be larger than the library's limit of a message.
        self._socket = socketio.AsyncClient(reconnection_delay_max=3, websocket_extra_options={"max_msg_size": 0})
        self._socket.on("connect", self._on_connect)
        self._socket.on("disconnect", lambda *_: self._ready.clear())
        self._socket.on(CHANGE, self._on_changed)
        self._socket.on("client:replaced", self._on_replaced)

    async def __aenter__(self) -> "Coordinator":
        """Connect and greet."""
        self._http = aiohttp.ClientSession()
        parts = urlsplit(self.url)
        try:
            await self._socket.connect(
                f"{parts.scheme}://{parts.netloc}",
                socketio_path=f"{parts.path}/socket.io",
                transports=["websocket"],
                retry=True,
            )
            await self._until_ready()
        except socketio.exceptions.ConnectionError as error:
            await self._http.close()
            raise Failure(f"The coordinator at {self.url} cannot be reached ({error}). Is the address right?") from error
        except Failure:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        await self._socket.disconnect()
        await self._http.close()

    async def request(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a message and take its answer. A refusal is a Failure with its code; no answer one with TIMEOUT."""
        await self._until_ready()
        return await self._call(name, payload)

    async def watch(self, token: str) -> dict[str, Any]:
        """Follow the federation; its newest snapshot."""
        self.token = token
        answer = await self.request("federation:watch", {"federationId": self.federation_id, "token": token})
        return await self._snapshot_from(answer["revision"])

    async def join(self, joining: dict[str, Any]) -> dict[str, Any]:
        """Become a client, again after every reconnection; the first snapshot that knows of it."""
        answer = await self.request("client:join", joining)
        self._joining, self.token, self.client_id = joining, joining["resumeToken"], answer["clientId"]
        return await self._snapshot_from(answer["revision"])

    async def next_snapshot(self) -> dict[str, Any]:
        """Wait for the next change; without one, for a while, and then give what is there."""
        try:
            await asyncio.wait_for(self._changed.wait(), timeout=5)
        except TimeoutError:
            await self._until_ready()
        self._changed.clear()
        self._raise_refusal()
        if self.snapshot is None:
            raise Failure("The coordinator has sent no state of the federation. Try again.")
        return self.snapshot

    async def plans(self) -> dict[str, Any]:
        """What clients do in every round, as data."""
        return dict(json.loads(await self._get(f"/federations/{self.federation_id}/plans", {"x-watch-token": self.token})))

    async def model_file(self, model_id: str, path: str, sha256: str) -> bytes:
        """A file of a base model that the coordinator serves."""
        return await self._get(f"/models/{model_id}/{path}?sha256={sha256}", {})

    async def adapter_file(self, name: str) -> bytes:
        """The adapter that the federation started from ("initial"), or the shared one after a round."""
        return await self._get(f"/federations/{self.federation_id}/adapters/{name}.safetensors", {"x-watch-token": self.token})

    async def fetch_adapter(self, number: int) -> bytes | None:
        """What the open round starts from; None in a round that receives none."""
        named = (await self.request("round:fetch", {"round": number}))["adapter"]
        if named is None:
            return None
        content = await self._get(f"/federations/{self.federation_id}/blobs/{named['sha256']}", self._secret())
        if hashlib.sha256(content).hexdigest() != named["sha256"]:
            raise Failure("The adapter arrived changed. Try again.", "TIMEOUT")
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
            await self._put(content)
        raise Failure("The coordinator lost what this client sent three times. Try again later.")

    def tell(self, progress: dict[str, Any]) -> None:
        """Say where this client is, at most twice a second; nobody waits for the answer."""
        now = time.monotonic()
        if progress.get("step") and now - self._progress_at < PROGRESS_SECONDS:
            return
        self._progress_at = now
        check_request("client:progress", progress)
        if self._ready.is_set():
            self._later(self._socket.emit("client:progress", progress, callback=lambda *_: None))

    def _later(self, work: Any) -> None:  # noqa: ANN401
        async def quietly() -> None:
            # What was lost is said again with the next change, or after the next reconnection.
            with contextlib.suppress(Failure, socketio.exceptions.SocketIOError):
                await work

        task = asyncio.get_running_loop().create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _secret(self) -> dict[str, str]:
        return {"x-resume-token": self.token}

    async def _on_connect(self) -> None:
        self._later(self._greet())

    async def _greet(self) -> None:
        try:
            await self._call("session:hello", {"protocolVersion": VERSION})
            if self._joining:
                await self._call("client:join", self._joining)
        except Failure as failure:
            self._refused = failure if failure.code != "TIMEOUT" else None
        self._ready.set()

    async def _on_changed(self, content: bytes) -> None:
        text = gzip.decompress(content) if content[:1] == b"\x1f" else content
        change = json.loads(text)
        try:
            check_change(change)
        except Failure as failure:
            self._refused = failure
            self._changed.set()
            return
        changed = apply_change(self.snapshot, change)
        if changed is None:
            # It is not for the one that is here: begin anew.
            again = ("client:join", self._joining) if self._joining else None
            self._later(self._call(*(again or ("federation:watch", {"federationId": self.federation_id, "token": self.token}))))
        else:
            self.snapshot = changed
            self._changed.set()

    async def _on_replaced(self, notice: dict[str, Any]) -> None:
        self.replaced = str(notice.get("reason", "This client was taken over"))
        self._joining = None
        self._changed.set()

    async def _until_ready(self) -> None:
        try:
            await asyncio.wait_for(self._ready.wait(), timeout=REACH_SECONDS)
        except TimeoutError as error:
            raise Failure(f"The coordinator at {self.url} stays out of reach. The same command goes on later.") from error
        self._raise_refusal()

    def _raise_refusal(self) -> None:
        if self._refused:
            raise self._refused

    async def _call(self, name: str, payload: dict[str, Any] | None) -> dict[str, Any]:
        check_request(name, payload)
        try:
            answer = await self._socket.call(name, payload, timeout=ACK_SECONDS)
        except (socketio.exceptions.TimeoutError, socketio.exceptions.BadNamespaceError) as error:
            raise Failure("The coordinator did not answer. The same command goes on later.", "TIMEOUT") from error
        if not answer["ok"]:
            raise Failure(answer["error"]["message"], answer["error"]["code"])
        check_reply(name, answer["data"])
        return dict(answer["data"])

    async def _snapshot_from(self, revision: int) -> dict[str, Any]:
        """The opening push comes within a moment of the answer."""
        async with asyncio.timeout(ACK_SECONDS):
            while self.snapshot is None or self.snapshot["revision"] < revision:
                await self._changed.wait()
                self._changed.clear()
                self._raise_refusal()
        return self.snapshot

    async def _get(self, path: str, headers: dict[str, str]) -> bytes:
        timeout = aiohttp.ClientTimeout(total=None, sock_read=STALL_SECONDS)
        for attempt in range(ATTEMPTS):
            try:
                async with self._http.get(self.url + path, headers=headers, timeout=timeout) as answer:
                    if answer.status == 200:
                        return await answer.read()
                    if answer.status < 500:
                        raise Failure(f"The coordinator has no {path} for this client ({answer.status}).", "NOT_THERE")
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(min(5, PAUSE_SECONDS * (attempt + 1)))
        raise Failure("The coordinator stays out of reach. The same command goes on later.", "TIMEOUT")

    async def _put(self, content: bytes) -> None:
        """In pieces: each is acknowledged, and whatever breaks off goes on where it ended."""
        address = f"{self.url}/federations/{self.federation_id}/blobs/{hashlib.sha256(content).hexdigest()}"
        held = fruitless = 0
        while held < len(content):
            piece = content[held : held + PIECE_BYTES]
            place = f"bytes {held}-{held + len(piece) - 1}/{len(content)}"
            headers = {**self._secret(), "content-range": place, "content-type": "application/octet-stream"}
            try:
                async with self._http.put(
                    address, data=piece, headers=headers, timeout=aiohttp.ClientTimeout(total=STALL_SECONDS)
                ) as answer:
                    told = await answer.json()
                if not told["ok"]:
                    raise Failure(told["error"]["message"], told["error"]["code"])
                fruitless = 0 if told["data"]["receivedBytes"] > held else fruitless + 1
                held = told["data"]["receivedBytes"]
            except (aiohttp.ClientError, TimeoutError, ValueError):
                fruitless += 1
                await asyncio.sleep(PAUSE_SECONDS)
            if fruitless >= ATTEMPTS:
                raise Failure("The coordinator stays out of reach. The same command goes on later.", "TIMEOUT")


def _blob_of(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


HEAD = ("phase", "note", "endedAt", "joining", "waiting", "openRound")


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
