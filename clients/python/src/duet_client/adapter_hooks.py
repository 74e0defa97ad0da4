"""LoRA beside the linear modules of a model of `transformers`, which stays as it is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn import functional

from duet_client.adapter import A_SUFFIX, B_SUFFIX
from duet_client.base_model import ActiveAdapter


class AdapterHooks:
    """Adds the active adapter's update to what these modules give: y = W x + b + scale B A dropout(x)."""

    def __init__(self, model: torch.nn.Module, names: Sequence[str]) -> None:
        """Nothing is active at first."""
        self._active: ActiveAdapter | None = None
        for name in names:
            model.get_submodule(name).register_forward_hook(self._adapting(name))

    @contextmanager
    def active(self, adapter: ActiveAdapter | None) -> Iterator[None]:
        """For the passes within."""
        self._active = adapter
        try:
            yield
        finally:
            self._active = None

    def _adapting(self, name: str) -> Any:  # noqa: ANN401
        def hook(_: object, inputs: tuple[torch.Tensor], output: torch.Tensor) -> torch.Tensor:
            active = self._active
            if active is None or name + A_SUFFIX not in active.factors:
                return output
            x = functional.dropout(inputs[0], active.dropout) if active.dropout > 0 else inputs[0]
            narrow = functional.linear(x, active.factors[name + A_SUFFIX])
            return output + active.scale * functional.linear(narrow, active.factors[name + B_SUFFIX])

        return hook
