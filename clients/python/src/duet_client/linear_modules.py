"""The linear modules of a base, which adapters sit on."""

from collections.abc import Mapping
from typing import Any

import torch

from duet_client.adapter import LinearModule
from duet_client.failure import Failure

LAYOUT_FIELD = "duet_layout"
"""Of a base's config in a federation: what `describe` said of it (`lora-core/checkpoints/describedLayout.ts`)."""


def linear_modules(model: torch.nn.Module) -> list[LinearModule]:
    """Every one but the head, by its name in `model`; those of GPT-2's kind have their weights the other way round."""
    return [
        LinearModule(name, *sizes)
        for name, module in model.named_modules()
        if (sizes := _sizes(module)) and module is not _head(model)
    ]


def weights_lie_turned(model: torch.nn.Module) -> bool:
    """Whether there is any whose weight lies as [in, out]."""
    return any(_is_turned(module) for module in model.modules())


def described_modules(layout: Mapping[str, Any], model: torch.nn.Module) -> list[LinearModule]:
    """Take the modules of a base that is described, in their order. A Failure where the model has others."""
    found = {linear.name: linear for linear in linear_modules(model)}
    wanted = [LinearModule(*module) for module in layout["modules"]]
    for linear in wanted:
        if found.get(linear.name) != linear:
            raise Failure(
                f"The base model has no module {linear.name} with {linear.in_features} values in and {linear.out_features} out, "
                "which the federation names. Install the version of transformers that the organiser has."
            )
    return wanted


def _sizes(module: torch.nn.Module) -> tuple[int, int] | None:
    if isinstance(module, torch.nn.Linear):
        return module.in_features, module.out_features
    weight = getattr(module, "weight", None)
    return (weight.shape[0], weight.shape[1]) if _is_turned(module) and isinstance(weight, torch.Tensor) else None


def _is_turned(module: torch.nn.Module) -> bool:
    from transformers.pytorch_utils import Conv1D

    return isinstance(module, Conv1D)


def _head(model: Any) -> Any:  # noqa: ANN401
    """Of a model of `transformers` that writes; None of any other."""
    return model.get_output_embeddings() if hasattr(model, "get_output_embeddings") else None
