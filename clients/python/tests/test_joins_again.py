"""A client says with every connection what it is by then, and once what it has done; against a real server."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from test_refusals_for_now import ME, UPLOAD, served, session_on

from duet_client.outlines import Outline
from duet_client.run_round import Held
from duet_client.session import NO_METRICS
from duet_client.state import Finished

MODEL = {"files": [{"path": "model.safetensors", "bytes": 1, "sha256": "0" * 64}], "config": {}}


def test_who_has_finished_a_round_is_not_new_over_the_next_connection(tmp_path: Path) -> None:
    """As a coordinator asks of who is new that it learns alone, and what it has not sent yet would be lost."""

    async def main() -> None:
        async with served() as server, session_on(server, tmp_path) as one:
            config = {**one.client.config, "model": MODEL}
            one.client = replace(one.client, config=config, train_rows=[Outline(0, 0, 3, 1, None, False)])
            one.coordinator.snapshot = {"revision": 1}
            one.finished = None
            await one._join("i" * 22)
            assert one.coordinator.client_id == ME
            one.finished = Finished(0, 1, False, Held({}, {}), UPLOAD, NO_METRICS)
            await server.socket.disconnect(server.link)
            async with asyncio.timeout(30):
                while len(server.introductions) < 2:
                    await asyncio.sleep(0.02)
            assert ["isNew" in introduction for introduction in server.introductions] == [True, False]

    asyncio.run(main())


@pytest.mark.parametrize("attempt", [1, 2])
def test_who_has_told_that_it_has_caught_up_says_it_once(tmp_path: Path, attempt: int) -> None:
    """However many snapshots come that do not know of it yet; and as the opening that it was made in."""

    async def main() -> None:
        async with served() as server, session_on(server, tmp_path) as one:
            server.holds = True
            one.finished = Finished(0, attempt, False, Held({}, {}), UPLOAD, NO_METRICS)
            behind = {"phase": "collecting", "clients": {}, "openRound": None, "catchingUp": [ME]}
            one.coordinator.snapshot = behind
            for _ in range(3):
                await one._act(behind, Held({}, {}))
            assert len(server.asked["submit"]) == 1
            assert (one.finished.submitted, one.finished.attempt) == (True, attempt)

    asyncio.run(main())
