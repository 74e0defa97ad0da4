"""Several processes are one client: they train what one process trains."""

from pathlib import Path
from typing import Any

import pytest
from ranks import STANDALONE, TORCHRUN, assert_same_training, base, trained
from train_on_ranks import BORDER

ACCELERATE = ["-m", "accelerate.commands.launch", "--mixed_precision=no", "--dynamo_backend=no"]
PORT = "29617"
LAUNCHES = {
    "torchrun": [STANDALONE],
    "torchrun of two nodes": [
        [*TORCHRUN, "--nnodes=2", "--nproc-per-node=1", f"--node-rank={node}", "--master-addr=127.0.0.1", f"--master-port={PORT}"]
        for node in range(2)
    ],
    # Of two processes without GPUs, too: with --cpu it starts one.
    "accelerate": [[*ACCELERATE, "--multi_gpu", "--num_processes=2", "--num_machines=1", f"--main_process_port={PORT}"]],
}
"""By what starts them, the beginnings of its command lines."""
USE_LITE = (base("use-lite"), "qkv,up")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return trained(tmp_path_factory.mktemp("alone"), [[]], *USE_LITE)


@pytest.mark.parametrize("launch", LAUNCHES)
def test_two_ranks_train_what_one_trains(tmp_path: Path, alone: dict[str, Any], launch: str) -> None:
    """Batches of which the last has a row for one rank alone, something beside and a proximal term."""
    assert_same_training(alone, trained(tmp_path, LAUNCHES[launch], *USE_LITE))


def test_two_ranks_with_rows_of_their_own_train_what_one_with_all_of_them_trains(tmp_path: Path, alone: dict[str, Any]) -> None:
    """The same split, seed, batches, prototypes and figures; near-duplicates are found where they are on different ranks."""
    both = trained(tmp_path, [STANDALONE], *USE_LITE, "--own-rows")
    assert both["texts"] == list(range(BORDER))
    assert_same_training(alone, both)
