"""What every base gives the rest: a device, its linear modules, and tasks on labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from duet_client.adapter import Adapter, LinearModule


@dataclass(frozen=True)
class ActiveAdapter:
    """What is active beside the frozen base: y = W x + b + scale B A dropout(x)."""

    factors: Adapter
    scale: float
    dropout: float = 0.0


@dataclass(frozen=True)
class Example:
    """A row as token ids. `units` of it are scored: the label, or the last tokens, which are the answer."""

    tokens: Sequence[int]
    label: int
    units: int = 1


class BaseModel(Protocol):
    """A frozen base on a device."""

    device: torch.device

    @property
    def linears(self) -> list[LinearModule]:
        """Linear modules in the order of the forward pass."""

    def label_task(self, labels: Sequence[str]) -> "LabelTask":
        """Bind it to labels."""


class LabelTask(Protocol):
    """A base that chooses between labels."""

    @property
    def encoder(self) -> BaseModel:
        """The base."""

    def encode(self, text: str, answer: str, max_tokens: int) -> Example:
        """Tokenise a row."""

    def losses(self, batch: Sequence[Example], adapter: ActiveAdapter | None) -> torch.Tensor:
        """Cross-entropy of every row, summed over its units, nats."""

    def score(self, batch: Sequence[Example], adapter: ActiveAdapter | None) -> tuple[list[float], list[int]]:
        """Losses as above in float64, and the label that is chosen; without gradients."""

    def prototypes_of(self, rows: Sequence[Example]) -> torch.Tensor:
        """Label prototypes [labels, D] of these rows on the untouched base."""


def load_base(folder: Path, config: dict[str, Any], device: torch.device) -> BaseModel:
    """Load a base by its kind; of large ones only where they are asked for, as transformers takes seconds to start."""
    if config["model_type"] == "use-lite":
        from duet_client.encoder import Encoder

        return Encoder(folder, device)
    from duet_client.causal_lm import CausalLm

    return CausalLm(folder, device)
