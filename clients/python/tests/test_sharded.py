"""A base whose layers are spread over two ranks trains and measures as a whole one does."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
import torch
from conftest import ROOT, Federation, client, ended

TRAINED = """
import json, sys, torch
from pathlib import Path
from torch.distributed.tensor import DTensor
from duet_client.adapter import initial_adapter
from duet_client.base_model import ActiveAdapter
from duet_client.evaluation import row_losses
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
split = split_rows(rows, 3)
# Batches of which the last has one row: the second rank has none of it.
size = next(count for count in range(3, 9) if len(split.train) % count == 1)
training = {"batchSize": size, "maxTokens": 24, "learningRate": 3e-3, "warmupSteps": 3, "weightDecay": 0.01, "clipNorm": 1}
lora = {"rank": 2, "alpha": 4, "dropout": 0, "targetModules": ["q_proj", "v_proj", "down_proj"]}
model = {"config": json.loads((Path(base) / "config.json").read_text())}
config = {"model": model, "task": {"labels": labels}, "seed": 3, "training": training, "adapter": lora}
ranks = Ranks()
torch.set_num_threads(1)
client = prepare(config, Path(base), split, ranks, is_sharded=ranks.size > 1)
start = initial_adapter(client.layout, 3)
if ranks.leads:
    parameters = list(client.task.encoder.model.base_model.parameters())
    spread = [parameter for parameter in parameters if isinstance(parameter, DTensor)]
    outcome = client.train(TrainingRun(start, 16, 5, "all", 1, start, start, 0.1), lambda *_: None)
    measured = row_losses(client.task, client.test_rows, ActiveAdapter(outcome.adapter, 2))
    ranks.broadcast(None)
    of_layers = [sum(p.numel() for p in spread), sum(p.to_local().numel() for p in spread)]
    torch.save({"adapter": outcome.adapter, "loss": outcome.mean_loss, "measured": measured, "spread": of_layers}, out)
else:
    follow(client, ranks)
ranks.leave(0)
"""


def trained(folder: Path, launcher: list[str]) -> dict[str, Any]:
    script, out = folder / "train.py", folder / "out.pt"
    script.write_text(TRAINED)
    subprocess.run([sys.executable, *launcher, str(script), str(out), str(ROOT / "models/duet-tiny")], check=True, timeout=240)
    return torch.load(out)


def test_two_ranks_with_half_of_every_layer_train_what_one_trains(tmp_path: Path) -> None:
    alone = trained(tmp_path, [])
    both = trained(tmp_path, ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"])
    assert alone["spread"] == [0, 0]
    whole, here = both["spread"]
    assert whole > 0
    assert here == pytest.approx(whole / 2, rel=0.02)
    for key, values in alone["adapter"].items():
        assert (values - both["adapter"][key]).abs().max() <= 1e-5, key
    assert any(values.abs().max() > 1e-3 for key, values in alone["adapter"].items() if "lora_B" in key)
    assert both["loss"] == pytest.approx(alone["loss"], rel=1e-5)
    assert both["measured"][0] == pytest.approx(alone["measured"][0], rel=1e-4)
    assert both["measured"][1] == alone["measured"][1]


def test_a_cluster_with_a_spread_base_takes_part(
    federation: Callable[..., Federation], run: Callable[[list[str]], Popen[str]], tmp_path: Path
) -> None:
    small = federation(base="duet-tiny", minClients=1, rounds=1, innerSteps=2, localSteps=2)
    code, words = ended(run([*client(small, 0, tmp_path, ranks=2), "--shard-base"]))
    assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    assert snapshot["clients"][0]["device"]["description"].startswith("Cluster of 2: ")
