"""LoRA by its equation, for what PEFT's layers give to be compared with."""

from typing import Any

import torch

from duet_client.adapter import A_SUFFIX, B_SUFFIX, Adapter


def add_lora(model: torch.nn.Module, factors: Adapter, scale: float) -> None:
    """From now on y = W x + b + scale B A x in the modules that there are factors of."""
    for key in factors:
        if key.endswith(A_SUFFIX):
            name = key.removesuffix(A_SUFFIX)
            model.get_submodule(name).register_forward_hook(_adding(factors[key], factors[name + B_SUFFIX], scale))


def _adding(a: torch.Tensor, b: torch.Tensor, scale: float) -> Any:
    def hook(_: object, inputs: tuple[torch.Tensor], output: torch.Tensor) -> torch.Tensor:
        return output + scale * inputs[0] @ a.T @ b.T

    return hook
