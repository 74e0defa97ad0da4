"""Several processes are one client: they train what one process trains."""

import subprocess
import sys
from pathlib import Path
from typing import Any

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
    torch.save({**outcome.adapter, "loss": torch.tensor(outcome.mean_loss)}, out)
    ranks.broadcast(None)
else:
    follow(client, ranks)
ranks.leave()
"""


def test_two_ranks_train_what_one_trains(tmp_path: Path) -> None:
    """Batches of seven over two ranks, something beside and a proximal term: equal to 1e-5."""
    script = tmp_path / "train.py"
    script.write_text(TRAINED)
    found: list[dict[str, Any]] = []
    for ranks in (1, 2):
        out = tmp_path / f"{ranks}.pt"
        launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={ranks}"] if ranks > 1 else []
        subprocess.run([sys.executable, *launcher, str(script), str(out), str(ROOT / "models/use-lite")], check=True, timeout=240)
        found.append(torch.load(out))
    one, two = found
    for key, values in one.items():
        assert (values - two[key]).abs().max() <= 1e-5, key
    assert any(values.abs().max() > 1e-3 for key, values in one.items() if "lora_B" in key)
