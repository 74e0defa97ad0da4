"""A coordinator's files over HTTP: what breaks off goes on where it ended, and is given up where nothing comes any more."""

import asyncio
import contextlib
import fcntl
import hashlib
import io
import os
from pathlib import Path
from typing import IO, Any

import aiohttp

from duet_client.failure import Failure, refused

STALL_SECONDS = 60.0
"""Without a byte, or an answer."""
PIECE_BYTES = 256 * 1024
ATTEMPTS = 30
"""In a row that bring nothing."""
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 5.0
TOO_MANY = 429

Headers = dict[str, str]


class Transfers:
    """What is fetched from and put onto one coordinator. The HTTP session stays its owner's."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        """Nothing is opened yet."""
        self._http, self._url = http, url

    async def get(self, path: str, headers: Headers) -> bytes:
        """Fetch a whole small file. NOT_THERE where the coordinator has none for this client."""
        content = io.BytesIO()
        await self._fetch(path, headers, content, resumes=False)
        return content.getvalue()

    async def get_file(self, path: str, sha256: str, to: Path) -> bool:
        """Fetch a file of any size to a place on the disk; whether it is the one that was meant. Only then it is there."""
        beside = to.with_name(f"{to.name}.part")
        beside.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
            _hold(file, to)
            await self._fetch(path, {}, file, resumes=True)
            file.flush()
            os.fsync(file.fileno())
            if file_sha256(beside) != sha256:
                beside.unlink()
                return False
            beside.replace(to)
        return True

    async def put(self, path: str, content: bytes, headers: Headers) -> None:
        """Send in pieces, of which each is acknowledged."""
        held = fruitless = 0
        while held < len(content):
            piece = content[held : held + PIECE_BYTES]
            place = f"bytes {held}-{held + len(piece) - 1}/{len(content)}"
            named = {**headers, "content-range": place, "content-type": "application/octet-stream"}
            reached = held
            try:
                timeout = aiohttp.ClientTimeout(total=STALL_SECONDS)
                async with self._http.put(self._url + path, data=piece, headers=named, timeout=timeout) as answer:
                    reached = await _received(answer)
            except (aiohttp.ClientError, TimeoutError, ValueError):
                pass
            fruitless = 0 if reached > held else fruitless + 1
            held = reached
            await _pause(fruitless)

    async def _fetch(self, path: str, headers: Headers, into: IO[bytes], *, resumes: bool) -> None:
        fruitless = 0
        while True:
            begin = into.seek(0, io.SEEK_END) if resumes else 0
            part = {"range": f"bytes={begin}-"} if begin else {}
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=STALL_SECONDS, sock_read=STALL_SECONDS)
            try:
                async with self._http.get(self._url + path, headers={**headers, **part}, timeout=timeout) as answer:
                    if answer.status in (200, 206):
                        if answer.status == 200:
                            into.truncate(0)
                            into.seek(0)
                        async for piece in answer.content.iter_chunked(PIECE_BYTES):
                            into.write(piece)
                        return
                    if answer.status < 500 and answer.status != TOO_MANY:
                        raise await _refusal(answer, path)
            except (aiohttp.ClientError, TimeoutError):
                pass
            fruitless = 0 if resumes and into.tell() > begin else fruitless + 1
            await _pause(fruitless)


def _hold(file: IO[bytes], to: Path) -> None:
    """For this process alone until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Failure(f"Another process is fetching {to}. Wait until it has it, and run the same command again.") from error


async def _pause(fruitless: int) -> None:
    """After an attempt that brought nothing; a Failure after too many of them."""
    if fruitless >= ATTEMPTS:
        raise Failure("The coordinator stays out of reach", "UNREACHABLE")
    if fruitless:
        await asyncio.sleep(min(LONGEST_PAUSE_SECONDS, PAUSE_SECONDS * fruitless))


async def _received(answer: aiohttp.ClientResponse) -> int:
    """How many bytes are there now, by the coordinator's answer to a piece. A ValueError for another's, say a proxy's."""
    told = await answer.json()
    if not isinstance(told, dict) or not isinstance(told.get("ok"), bool):
        raise ValueError("The coordinator has not answered")
    if not told["ok"]:
        raise refused(told.get("error"))
    return int(told["data"]["receivedBytes"])


async def _refusal(answer: aiohttp.ClientResponse, path: str) -> Failure:
    """Why there is no such file for this client."""
    error: Any = None
    with contextlib.suppress(aiohttp.ClientError, ValueError, AttributeError):
        error = (await answer.json()).get("error")
    if isinstance(error, dict):
        failure = refused(error)
        return Failure(str(failure), "NOT_THERE") if answer.status == 404 else failure
    return Failure(f"{error or f'The coordinator has no {path} for this client ({answer.status})'}", "NOT_THERE")


def file_sha256(path: Path) -> str:
    """Of a file that may be larger than memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
