"""Trains a base on made-up rows on as many ranks as start it, and keeps the outcome: `OUT BASE TARGETS [--shard] [--own-rows]`.

With --own-rows each of two ranks has a part of the rows alone.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch.distributed.tensor import DTensor

from duet_client.adapter import initial_adapter
from duet_client.client_rows import ClientRows, spread_rows, whole_rows
from duet_client.random_stream import random_stream
from duet_client.ranks import Ranks
from duet_client.rows import Row
from duet_client.run_round import Client
from duet_client.team import prepare
from duet_client.training import TrainingRun

LABELS = ["even", "odd"]
WORDS = ["disk", "fan", "cpu", "net", "power", "case", "door", "light"]
RANK, ALPHA, STEPS, SEED = 2, 4, 16, 3
BORDER = 30
"""Rows of the first rank of two."""


def made_up_rows() -> list[Row]:
    uniform = random_stream(1, "rows")
    texts = (" ".join(WORDS[int(uniform() * len(WORDS))] for _ in range(2 + int(9 * uniform()))) for _ in range(60))
    # Of so few words that many say nearly what others do, also of the other rank's.
    return [Row(text, LABELS[len(text.split()) % 2]) for text in texts]


def client_rows(ranks: Ranks, *, has_own: bool) -> ClientRows:
    rows = made_up_rows()
    if not has_own or ranks.size == 1:
        return whole_rows(rows, SEED)
    own = rows[:BORDER] if ranks.leads else rows[BORDER:]
    return spread_rows(own, LABELS, SEED, ranks, "what nobody sends")


def spread_of(client: Client) -> list[int]:
    """Values of the base that are spread over the ranks, and how many of them are here."""
    spread = [value for value in client.task.encoder.model.parameters() if isinstance(value, DTensor)]  # type: ignore[attr-defined]
    return [sum(value.numel() for value in spread), sum(value.to_local().numel() for value in spread)]


def main(out: str, base: Path, targets: list[str], *, shards: bool, has_own: bool) -> None:
    ranks = Ranks()
    rows = client_rows(ranks, has_own=has_own)
    # Batches of which the last has one row: one of two ranks has none of it.
    size = next(count for count in range(3, 9) if len(rows.split.train) % count == 1)
    training = {"batchSize": size, "maxTokens": 24, "learningRate": 3e-3, "warmupSteps": 3, "weightDecay": 0.01, "clipNorm": 1}
    lora = {"rank": RANK, "alpha": ALPHA, "dropout": 0, "targetModules": targets}
    model = {"config": json.loads((base / "config.json").read_text(encoding="utf-8"))}
    config = {"model": model, "task": {"labels": LABELS}, "seed": SEED, "training": training, "adapter": lora}
    torch.set_num_threads(1)
    client = prepare(config, base, rows, ranks, is_sharded=shards and ranks.size > 1)
    if ranks.leads:
        start = initial_adapter(client.layout, SEED)
        spread = spread_of(client)
        outcome = client.train(TrainingRun(start, STEPS, 5, "all", 1, start, start, 0.1), lambda *_: None)
        measured = client.score(client.test_rows, outcome.adapter)
        kept: dict[str, Any] = {"adapter": outcome.adapter, "loss": outcome.mean_loss, "measured": measured}
        kept |= {"split": asdict(rows.split), "seed": rows.seed, "texts": sorted(rows.texts)}
        if base.name == "use-lite":
            kept["prototypes"] = client.prototypes()
        ranks.broadcast(None)
        torch.save({**kept, "ranks": ranks.size, "spread": spread}, out)
    else:
        client.follow()
    ranks.leave(0)


if __name__ == "__main__":
    out, base, targets, *rest = sys.argv[1:]
    main(out, Path(base), targets.split(","), shards="--shard" in rest, has_own="--own-rows" in rest)
