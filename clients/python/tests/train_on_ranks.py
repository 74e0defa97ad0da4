"""Trains a base on made-up rows on as many ranks as start it, and keeps the outcome: `OUT BASE TARGETS [--shard]`."""

import json
import sys
from pathlib import Path

import torch
from torch.distributed.tensor import DTensor

from duet_client.adapter import initial_adapter
from duet_client.base_model import ActiveAdapter
from duet_client.evaluation import row_losses
from duet_client.random_stream import random_stream
from duet_client.ranks import Ranks
from duet_client.rows import Row, split_rows
from duet_client.run_round import Client
from duet_client.team import follow, prepare
from duet_client.training import TrainingRun

LABELS = ["even", "odd"]
WORDS = ["disk", "fan", "cpu", "net", "power", "case", "door", "light"]
RANK, ALPHA, STEPS = 2, 4, 16


def made_up_rows() -> list[Row]:
    uniform = random_stream(1, "rows")
    texts = (" ".join(WORDS[int(uniform() * len(WORDS))] for _ in range(2 + int(9 * uniform()))) for _ in range(60))
    return [Row(text, LABELS[len(text.split()) % 2]) for text in texts]


def spread_of(client: Client) -> list[int]:
    """Values of the base that are spread over the ranks, and how many of them are here."""
    spread = [value for value in client.task.encoder.model.parameters() if isinstance(value, DTensor)]  # type: ignore[attr-defined]
    return [sum(value.numel() for value in spread), sum(value.to_local().numel() for value in spread)]


def main(out: str, base: Path, targets: list[str], shards: bool) -> None:
    split = split_rows(made_up_rows(), 3)
    # Batches of which the last has one row: the second rank has none of it.
    size = next(count for count in range(3, 9) if len(split.train) % count == 1)
    training = {"batchSize": size, "maxTokens": 24, "learningRate": 3e-3, "warmupSteps": 3, "weightDecay": 0.01, "clipNorm": 1}
    lora = {"rank": RANK, "alpha": ALPHA, "dropout": 0, "targetModules": targets}
    model = {"config": json.loads((base / "config.json").read_text(encoding="utf-8"))}
    config = {"model": model, "task": {"labels": LABELS}, "seed": 3, "training": training, "adapter": lora}
    ranks = Ranks()
    torch.set_num_threads(1)
    client = prepare(config, base, split, ranks, is_sharded=shards and ranks.size > 1)
    if ranks.leads:
        start = initial_adapter(client.layout, 3)
        spread = spread_of(client)
        outcome = client.train(TrainingRun(start, STEPS, 5, "all", 1, start, start, 0.1), lambda *_: None)
        measured = row_losses(client.task, client.test_rows, ActiveAdapter(outcome.adapter, ALPHA / RANK))
        ranks.broadcast(None)
        kept = {"adapter": outcome.adapter, "loss": outcome.mean_loss, "measured": measured}
        torch.save({**kept, "ranks": ranks.size, "spread": spread}, out)
    else:
        follow(client, ranks)
    ranks.leave(0)


if __name__ == "__main__":
    out, base, targets, *rest = sys.argv[1:]
    main(out, Path(base), targets.split(","), rest == ["--shard"])
