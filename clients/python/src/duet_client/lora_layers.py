"""LoRA on a base's linear modules, by PEFT's own layers around them. What these compute with comes with every pass."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from peft import LoraConfig, inject_adapter_in_model

from duet_client.adapter import A_SUFFIX, B_SUFFIX
from duet_client.base_model import ActiveAdapter
from duet_client.linear_modules import weights_lie_turned

ACTIVE = "active"
"""What PEFT calls the one adapter that its layers have."""
HELD = "base"
"""What it calls the model."""


class LoraLayers:
    """Adds the active adapter's update to what these modules give: y = W x + b + scale B A dropout(x)."""

    def __init__(self, model: torch.nn.Module, names: Sequence[str]) -> None:
        """Put PEFT's layers around the modules, which stay what they are. Nothing is active at first."""
        config = LoraConfig(
            target_modules=rf"{HELD}\.(?:{'|'.join(map(re.escape, names))})",
            # Of one rank, as these factors are not kept.
            r=1,
            lora_alpha=1,
            # Any, as PEFT makes no place for none.
            lora_dropout=0.5,
            fan_in_fan_out=weights_lie_turned(model),
        )
        # One level up, as PEFT takes names for others of the model's kind where it finds the config of transformers.
        inject_adapter_in_model(config, torch.nn.ModuleDict({HELD: model}), ACTIVE)
        self._layers: dict[str, Any] = {name: model.get_submodule(name) for name in names}
        for layer in self._layers.values():
            for factor in _factors(layer):
                # No parameter: what takes its place is what gradients are taken of, or was made of that.
                del factor.weight
            _switch_off(layer)

    @contextmanager
    def active(self, adapter: ActiveAdapter | None) -> Iterator[None]:
        """For the passes within, in the modules that it has factors of."""
        if adapter is None:
            yield
            return
        adapted = {name: layer for name, layer in self._layers.items() if name + A_SUFFIX in adapter.factors}
        try:
            for name, layer in adapted.items():
                _switch_on(layer, name, adapter)
            yield
        finally:
            for layer in adapted.values():
                _switch_off(layer)


def _factors(layer: Any) -> tuple[Any, Any]:  # noqa: ANN401
    return layer.lora_A[ACTIVE], layer.lora_B[ACTIVE]


def _switch_on(layer: Any, name: str, adapter: ActiveAdapter) -> None:  # noqa: ANN401
    a, b = _factors(layer)
    a.weight, b.weight = adapter.factors[name + A_SUFFIX], adapter.factors[name + B_SUFFIX]
    layer.set_scale(ACTIVE, adapter.scale)
    dropout = layer.lora_dropout[ACTIVE]
    dropout.p = adapter.dropout
    # The base itself is not in training, and drops nothing.
    dropout.train(adapter.dropout > 0)
    layer.enable_adapters(True)


def _switch_off(layer: Any) -> None:  # noqa: ANN401
    layer.enable_adapters(False)
    for factor in _factors(layer):
        factor.weight = None
