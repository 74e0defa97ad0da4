"""A frozen base whose layers are spread over the ranks, by PyTorch's FSDP2: each keeps a share, and fetches a layer to use it.

Embeddings, norms and head stay whole on every rank, as does the adapter, which is small. Peak memory of a device is that, its
share of the layers, one layer, and what a batch leaves behind; of a machine one whole base, as ranks load one after the other.
"""

import os
from collections.abc import Callable
from typing import Any

import torch
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from duet_client.failure import Failure
from duet_client.ranks import Ranks


def load_sharded(load: Callable[[], Any], ranks: Ranks) -> Any:  # noqa: ANN401
    """Load a model of transformers, on the processor at first, and spread its layers."""
    mesh = init_device_mesh(ranks.device.type, (ranks.size,))
    model = None

    def load_here() -> Any:  # noqa: ANN401
        loaded = load()
        _shard(loaded, mesh)
        return loaded.to(ranks.device)

    # Of the machine that has most ranks; on the others some turns are nobody's.
    for turn in range(max(ranks.gather(int(os.environ.get("LOCAL_WORLD_SIZE", "1"))))):
        # All wait for this one.
        found = ranks.all_or_none(load_here if turn == int(os.environ.get("LOCAL_RANK", "0")) else lambda: None)
        model = found or model
    return model


def _shard(model: Any, mesh: Any) -> None:  # noqa: ANN401
    base = model.base_model
    layers = next((child for child in base.children() if isinstance(child, torch.nn.ModuleList)), None)
    if layers is None:
        raise Failure("This base has no list of layers that could be spread over the ranks. Join without --shard-base.")
    spread = {parameter for layer in layers for parameter in layer.parameters()}
    whole = {parameter for parameter in model.parameters() if parameter not in spread}
    for layer in layers:
        fully_shard(layer, mesh=mesh, reshard_after_forward=True)
    # Of its own it has nothing to spread; it is where a pass begins, which lets the next layer be fetched while one computes.
    fully_shard(base, mesh=mesh, reshard_after_forward=True, ignored_params=whole)
