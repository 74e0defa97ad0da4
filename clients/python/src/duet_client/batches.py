"""Which rows go into which step, as `lora-engine/training/batches.ts`: seeded epochs, cut into batches of similar length."""

from collections.abc import Iterator, Sequence
from typing import Any

from duet_client.outlines import Outline
from duet_client.random_stream import Uniform, shuffled

BATCHES_PER_POOL = 8


def steps_of(budget: dict[str, Any], rows: int, batch_size: int) -> int:
    """Optimiser steps that a budget means for so many training rows."""
    amount = int(budget["amount"])
    return amount if budget["unit"] == "steps" else amount * -(-rows // batch_size)


def batches(rows: Sequence[Outline], batch_size: int, uniform: Uniform) -> Iterator[list[Outline]]:
    """Endless; every item comes once per epoch, each epoch in a new order."""
    while True:
        yield from shuffled(_epoch(rows, batch_size, uniform), uniform)


def _epoch(rows: Sequence[Outline], batch_size: int, uniform: Uniform) -> list[list[Outline]]:
    order = shuffled(rows, uniform)
    pool_size = batch_size * BATCHES_PER_POOL
    found: list[list[Outline]] = []
    for start in range(0, len(order), pool_size):
        pool = sorted(order[start : start + pool_size], key=lambda row: row.tokens)
        found += [pool[i : i + batch_size] for i in range(0, len(pool), batch_size)]
    return found
