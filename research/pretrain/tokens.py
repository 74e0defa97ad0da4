"""The corpus as ids: random training batches, and the held-out end for validation."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

Batch = tuple[Tensor, Tensor]  # ids and, one position later, targets, both [B, T] int64

HELD_OUT = 200_000  # tokens; at most a tenth of the corpus


class TokenFile:
    """Ids on disk, never read as a whole. Documents were shuffled, so the end is a sample of every source."""

    def __init__(self, path: Path, length: int) -> None:
        if not path.exists():
            raise SystemExit(f"{path.name} is missing in {path.parent}. Run the tokenizer stage first.")
        ids = np.memmap(path, dtype="<u2", mode="r")
        held_out = min(HELD_OUT, len(ids) // 10)
        self._training, self._validation, self._length = ids[:-held_out], ids[len(ids) - held_out :], length
        if held_out <= length:
            raise SystemExit(f"The corpus has only {len(ids):,} tokens; that is too few for rows of {length}.")

    @property
    def training_tokens(self) -> int:
        """Tokens that batches are drawn from."""
        return len(self._training)

    def random_batch(self, rows: int, generator: torch.Generator) -> Batch:
        """Rows from anywhere in the training part."""
        starts = torch.randint(0, len(self._training) - self._length - 1, (rows,), generator=generator)
        return self._batch(self._training, starts.tolist())

    def validation_batches(self, rows: int, most: int | None = None) -> Iterator[Batch]:
        """The held-out part in rows that do not overlap, without a short last one; of it `most` batches, from rows spread evenly over it.

        One document can be longer than all of these batches, so taking the first ones would measure that document.
        """
        starts = range(0, len(self._validation) - self._length, self._length)
        spread = starts if most is None else starts[:: max(1, len(starts) // (rows * most))][: rows * most]
        for at in range(0, len(spread), rows):
            yield self._batch(self._validation, spread[at : at + rows])

    def _batch(self, ids: np.ndarray, starts: list[int] | range) -> Batch:
        rows = torch.from_numpy(np.stack([ids[start : start + self._length + 1] for start in starts]).astype(np.int64))
        return rows[:, :-1], rows[:, 1:]
