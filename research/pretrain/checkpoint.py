"""What a stopped training needs to go on exactly: weights, optimiser state, randomness, progress."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .workspace import written_whole


@dataclass
class Progress:
    """How far training is. Seconds are those spent in training steps."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    best_loss: float = math.inf
    best_step: int = 0
    evaluated_step: int = 0
    evaluations_since_best: int = 0

    def record(self, loss: float) -> None:
        """Takes note of a validation loss measured now."""
        self.evaluated_step = self.step
        self.evaluations_since_best += 1
        if loss < self.best_loss:
            self.best_loss, self.best_step, self.evaluations_since_best = loss, self.step, 0


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes a checkpoint, whole or not at all."""
    with written_whole(path) as unfinished:
        torch.save(state, unfinished)


def load(path: Path) -> dict[str, Any]:
    """Reads a checkpoint onto the CPU; runs no code from it. Raises SystemExit when there is none."""
    if not path.exists():
        raise SystemExit(f"{path.name} is missing in {path.parent}. Run the train stage first.")
    return torch.load(path, map_location="cpu", weights_only=True)


def capture_randomness(batches: torch.Generator) -> dict[str, Any]:
    """States of the generators: batches, dropout on the CPU, dropout on CUDA devices."""
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"batches": batches.get_state(), "cpu": torch.get_rng_state(), "cuda": cuda}


def restore_randomness(state: dict[str, Any], batches: torch.Generator) -> None:
    """Puts back what `capture_randomness` gave."""
    batches.set_state(state["batches"])
    torch.set_rng_state(state["cpu"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
