"""The teacher's residual stream at chosen depths, over a sample of the corpus: what the small model's layers are fitted to."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from research.pretrain.model import CausalLm

ROWS_AT_ONCE = 16


@dataclass(frozen=True)
class Residuals:
    """`ids` [R, T], and for a depth the stream [R, T, D] behind that many of the teacher's blocks."""

    ids: Tensor
    at: dict[int, Tensor]


@torch.no_grad()
def teacher_residuals(teacher: CausalLm, ids: Tensor, depths: Iterable[int]) -> Residuals:
    """Runs the teacher over rows of ids [R, T], some rows at a time."""
    wanted = sorted(set(depths))
    kept: dict[int, list[Tensor]] = {depth: [] for depth in wanted}
    decoder, length = teacher.model, ids.shape[1]
    for begin in range(0, len(ids), ROWS_AT_ONCE):
        x = decoder.embed_tokens(ids[begin : begin + ROWS_AT_ONCE])
        for depth, block in enumerate(decoder.layers, start=1):
            x = block(x, decoder.cos[:length], decoder.sin[:length])
            if depth in kept:
                kept[depth].append(x)
        print(f"teacher: {min(begin + ROWS_AT_ONCE, len(ids))} of {len(ids)} rows", flush=True)
    return Residuals(ids, {depth: torch.cat(parts) for depth, parts in kept.items()})
