"""Files over HTTP go on where they broke off: against a real server that breaks them off."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from duet_client import transfers
from duet_client.failure import Failure
from duet_client.transfers import PIECE_BYTES, Transfers

CONTENT = bytes(range(256)) * 4096
NAME = hashlib.sha256(CONTENT).hexdigest()
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(answer: Answer) -> AsyncIterator[Transfers]:
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/file", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as http:
        yield Transfers(http, f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()


def test_a_download_that_breaks_off_goes_on_behind_what_came(tmp_path: Path) -> None:
    begins: list[int] = []

    async def breaks_off(request: web.Request) -> web.StreamResponse:
        found = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        begin = int(found[1]) if found else 0
        begins.append(begin)
        answer = web.StreamResponse(status=206 if begin else 200, headers={"content-length": str(len(CONTENT) - begin)})
        await answer.prepare(request)
        await answer.write(CONTENT[begin : begin + 400_000])
        if begin + 400_000 < len(CONTENT) and request.transport:
            request.transport.close()
        return answer

    async def main() -> None:
        async with served(breaks_off) as files:
            assert await files.get_file("/file", NAME, tmp_path / "base" / "model")
            assert not await files.get_file("/file", "0" * 64, tmp_path / "base" / "other")

    asyncio.run(main())
    assert (tmp_path / "base" / "model").read_bytes() == CONTENT
    assert (tmp_path / "base" / "model").stat().st_mode & 0o077 == 0
    assert [file.name for file in (tmp_path / "base").iterdir()] == ["model"]
    first = begins[: begins.index(0, 1)]
    assert first == sorted(set(first))
    assert len(first) > 2


def test_an_upload_goes_on_with_what_the_coordinator_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "PAUSE_SECONDS", 0.01)
    held = bytearray()
    asked = 0

    async def takes(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        if asked % 2 and request.transport:
            request.transport.close()
        found = re.fullmatch(rf"bytes (\d+)-(\d+)/{len(CONTENT)}", request.headers["content-range"])
        assert found
        # The answer to a piece may be lost, which is then sent again.
        if int(found[1]) == len(held):
            held.extend(await request.read())
        return web.json_response({"ok": True, "data": {"receivedBytes": len(held)}})

    async def main() -> None:
        async with served(takes) as files:
            await files.put("/file", CONTENT, {"x-resume-token": "a"})

    asyncio.run(main())
    assert bytes(held) == CONTENT
    assert asked > len(CONTENT) // PIECE_BYTES


def test_refusals_keep_their_codes_and_what_brings_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "ATTEMPTS", 3)
    monkeypatch.setattr(transfers, "PAUSE_SECONDS", 0.01)
    asked: list[int] = []

    def refusing(status: int, body: object) -> Answer:
        async def answer(_: web.Request) -> web.StreamResponse:
            asked.append(status)
            return web.json_response(body, status=status)

        return answer

    async def code_of(answer: Answer) -> str | None:
        async with served(answer) as files:
            with pytest.raises(Failure) as told:
                await files.get("/file", {})
        return told.value.code

    async def main() -> None:
        coded = {"ok": False, "error": {"code": "NOT_JOINED", "message": "Join again"}}
        assert await code_of(refusing(403, coded)) == "NOT_JOINED"
        assert await code_of(refusing(404, {"error": "There is no such file"})) == "NOT_THERE"
        assert await code_of(refusing(503, {})) == "UNREACHABLE"
        assert await code_of(refusing(429, coded)) == "UNREACHABLE"

    asyncio.run(main())
    assert asked == [403, 404, 503, 503, 503, 429, 429, 429]
