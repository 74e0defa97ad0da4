"""A client says with every connection what it is by then, against a real server that ends connections."""

import asyncio
from dataclasses import replace
from pathlib import Path

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
