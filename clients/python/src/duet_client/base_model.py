"""What every base gives the rest: a device, its linear modules, and tasks on labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from duet_client.adapter import Adapter, LinearModule
from duet_client.linear_modules import LAYOUT_FIELD
from duet_client.ranks import Ranks

ENCODERS = ("bert", "roberta", "xlm-roberta")
"""Of transformers, by `model_type`."""


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

    @property
    def device(self) -> torch.device:
        """Where it is."""

    @property
    def is_sharded(self) -> bool:
        """Whether its layers are spread over the ranks, so that a pass needs all of them."""

    def pass_along(self) -> None:
        """Where it is: take part in the passes without gradients of ranks that still measure, until none does."""

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

    def label_sums(self, rows: Sequence[Example]) -> torch.Tensor:
        """Sums [labels, D] of the vectors of each label's rows on the untouched base."""


def load_base(folder: Path, config: dict[str, Any], ranks: Ranks, *, is_sharded: bool = False) -> BaseModel:
    """Load a base by its kind. PEFT and transformers are imported here, as they take seconds: faults of rows are told first."""
    layout = config.get(LAYOUT_FIELD)
    if layout is None and config["model_type"] == "use-lite":
        from duet_client.encoder import Encoder

        return Encoder(folder, ranks.device)
    is_encoder = config["model_type"] in ENCODERS if layout is None else layout["family"] == "encoder"
    if is_encoder:
        from duet_client.bert import Bert

        return Bert(folder, config, ranks.device)
    from duet_client.causal_lm import CausalLm

    return CausalLm(folder, ranks.device, ranks if is_sharded else None, layout)
