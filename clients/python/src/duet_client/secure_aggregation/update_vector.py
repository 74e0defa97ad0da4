"""What one client puts into a secure sum: its update times its weight, the weight, figures; as `federation/updateVector.ts`."""

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
    # Of the same rows in every round, so that the means of rounds compare.
    same = metrics.get("sample", metrics)
    test, train = min(MAX_ROWS, same.get("testRows", samples["test"])), min(MAX_ROWS, samples["train"])
    accuracy, test_loss, train_loss = same["accuracy"], same["testLoss"], metrics["trainLoss"]

    def measured(value: float | None, rows: int) -> int:
        return 0 if value is None else rows

    def right(value: float | None) -> int:
        return int((value or 0) * test + 0.5)

    def loss_share(value: float | None, rows: int) -> float:
        return (value or 0) * min(MAX_WEIGHT, rows) / MAX_WEIGHT

    rows = [
        measured(train_loss, min(MAX_WEIGHT, train)),
        test,
        *(measured(accuracy[adapter], test) for adapter in ADAPTERS),
        *(measured(test_loss[adapter], min(MAX_WEIGHT, test)) for adapter in ADAPTERS),
    ]
    values: dict[str, Any] = {
        "update": update.astype(np.float32),
        "weight": [weight],
        "rows": rows,
        "right": [right(accuracy[adapter]) for adapter in ADAPTERS],
        "loss": [loss_share(train_loss, train), *(loss_share(test_loss[adapter], test) for adapter in ADAPTERS)],
    }
    names = {group["name"] for group in layout["groups"]}
    # What is measured beside the adapters has groups of its own.
    for beside, figures in (("beforeAggregation", metrics), ("alone", same)):
        if f"{beside} rows" in names:
            found = figures.get(beside) or {"accuracy": None, "testLoss": None}
            values[f"{beside} rows"] = [measured(found["accuracy"], test), measured(found["testLoss"], min(MAX_WEIGHT, test))]
            values[f"{beside} right"] = [right(found["accuracy"])]
            values[f"{beside} loss"] = [loss_share(found["testLoss"], test)]
    return values
