"""Several processes are one client: they train what one process trains."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import ROOT

TRAINED = """
import sys, torch
from pathlib import Path
from duet_client.adapter import initial_adapter
from duet_client.random_stream import random_stream
from duet_client.ranks import Ranks
from duet_client.rows import Row, split_rows
from duet_client.team import follow, prepare
from duet_client.training import TrainingRun

out, base = sys.argv[1:]
labels = ["even", "odd"]
uniform = random_stream(1, "rows")
words = "disk fan cpu net power case door light".split()
text = lambda: " ".join(words[int(uniform() * len(words))] for _ in range(2 + int(9 * uniform())))
rows = [Row(found, labels[len(found.split()) % 2]) for found in (text() for _ in range(60))]
training = {"batchSize": 7, "maxTokens": 24, "learningRate": 3e-3, "warmupSteps": 3, "weightDecay": 0.01, "clipNorm": 1}
lora = {"rank": 2, "alpha": 4, "dropout": 0, "targetModules": ["qkv", "up"]}
model = {"config": {"model_type": "use-lite"}}
config = {"model": model, "task": {"labels": labels}, "seed": 3, "training": training, "adapter": lora}
ranks = Ranks()
torch.set_num_threads(1)
client = prepare(config, Path(base), split_rows(rows, 3), ranks)
start = initial_adapter(client.layout, 3)
if ranks.leads:
    outcome = client.train(TrainingRun(start, 12, 5, "all", 1, start, start, 0.1), lambda *_: None)
    torch.save({**outcome.adapter, "loss": torch.tensor(outcome.mean_loss), "ranks": ranks.size}, out)
    ranks.broadcast(None)
else:
    follow(client, ranks)
ranks.leave(0)
"""


TORCHRUN = ["-m", "torch.distributed.run"]
ACCELERATE = ["-m", "accelerate.commands.launch", "--mixed_precision=no", "--dynamo_backend=no"]
PORT = "29617"
LAUNCHES = {
    "torchrun": [[*TORCHRUN, "--standalone", "--nproc-per-node=2"]],
    "torchrun of two nodes": [
        [*TORCHRUN, "--nnodes=2", "--nproc-per-node=1", f"--node-rank={node}", "--master-addr=127.0.0.1", f"--master-port={PORT}"]
        for node in range(2)
    ],
    # Of two processes without GPUs, too: with --cpu it starts one.
    "accelerate": [[*ACCELERATE, "--multi_gpu", "--num_processes=2", "--num_machines=1", f"--main_process_port={PORT}"]],
}
"""By what starts them, the beginnings of its command lines."""


def trained(folder: Path, launches: list[list[str]]) -> dict[str, Any]:
    script, out = folder / "train.py", folder / "out.pt"
    script.write_text(TRAINED)
    programs = [
        subprocess.Popen([sys.executable, *each, str(script), str(out), str(ROOT / "models/use-lite")]) for each in launches
    ]
    try:
        assert [program.wait(240) for program in programs] == [0 for _ in programs]
    finally:
        for program in programs:
            program.kill()
    return torch.load(out)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return trained(tmp_path_factory.mktemp("alone"), [[]])


@pytest.mark.parametrize("launch", LAUNCHES)
def test_two_ranks_train_what_one_trains(tmp_path: Path, alone: dict[str, Any], launch: str) -> None:
    """Batches of seven over two ranks, something beside and a proximal term: equal to 1e-5."""
    two = trained(tmp_path, LAUNCHES[launch])
    assert two["ranks"] == 2
    for key, values in alone.items():
        if key != "ranks":
            assert (values - two[key]).abs().max() <= 1e-5, key
    assert any(values.abs().max() > 1e-3 for key, values in alone.items() if "lora_B" in key)
