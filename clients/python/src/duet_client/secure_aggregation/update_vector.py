"""What one client puts into a secure sum: its update times its weight, the weight, figures; as `federation/updateVector.ts`."""

import math
from typing import Any

import numpy as np

from duet_client.secure_aggregation.attempt import Layout
from duet_client.secure_aggregation.vectors import Values

MAX_WEIGHT = 4096
"""A client with more rows counts as one with these."""
MAX_ROWS = 1_000_000
ADAPTERS = ("base", "personal", "shared", "fused")


def layout_for(layout: Layout, values: int) -> Layout:
    """Layout of a round's vector, from how the plans have it, for an update of so many values."""
    groups = [{**group, "length": values} if group["name"] == "update" else group for group in layout["groups"]]
    return {**layout, "groups": groups}


def update_values(upload: bytes, metrics: dict[str, Any], samples: dict[str, int], weighting: str, layout: Layout) -> Values:
    """Values of one client, by group of the layout. Losses are weighted by the share of the rows of MAX_WEIGHT."""
    is_uniform = weighting == "uniform"
    weight = 1 if is_uniform else min(MAX_WEIGHT, samples["train"])
    update = np.frombuffer(upload, dtype="<f4").astype(np.float64) * (1 if is_uniform else weight / MAX_WEIGHT)
    test, train = min(MAX_ROWS, samples["test"]), min(MAX_ROWS, samples["train"])
    train_loss = metrics["trainLoss"]
    accuracies = [metrics["accuracy"][adapter] for adapter in ADAPTERS]
    losses = [metrics["testLoss"][adapter] for adapter in ADAPTERS]
    if _has_before_aggregation(layout):
        before = metrics.get("beforeAggregation") or {"accuracy": None, "testLoss": None}
        accuracies, losses = [*accuracies, before["accuracy"]], [*losses, before["testLoss"]]

    def measured(value: float | None, rows: int) -> int:
        return 0 if value is None else rows

    def loss_share(value: float | None, rows: int) -> float:
        return (value or 0) * min(MAX_WEIGHT, rows) / MAX_WEIGHT

    rows = [
        measured(train_loss, min(MAX_WEIGHT, train)),
        test,
        *(measured(value, test) for value in accuracies),
        *(measured(value, min(MAX_WEIGHT, test)) for value in losses),
    ]
    return {
        "update": update.astype(np.float32),
        "weight": [weight],
        "rows": rows,
        "right": [math.floor((value or 0) * test + 0.5) for value in accuracies],
        "loss": [loss_share(train_loss, train), *(loss_share(value, test) for value in losses)],
    }


def _has_before_aggregation(layout: Layout) -> bool:
    """Whether the shared adapter's figures before it is aggregated are in it, behind those of the adapters."""
    return any(group["name"] == "right" and group["length"] > len(ADAPTERS) for group in layout["groups"])
