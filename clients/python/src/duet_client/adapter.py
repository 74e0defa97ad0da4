"""LoRA adapters: layout, seeded start, blob, parts; as `lora-core/adapters` has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch.nn import functional

from duet_client.failure import Failure
from duet_client.random_stream import random_stream

Adapter = dict[str, torch.Tensor]
"""Float32 factors by key, per module A [R, in] then B [out, R], modules in the base's order; then label prototypes, if any."""

Layout = Mapping[str, tuple[int, int]]
"""Shapes by key, in the same order."""

Part = Literal["all", "a", "b", "head", "body"]

A_SUFFIX = ".lora_A.weight"
B_SUFFIX = ".lora_B.weight"
HEAD_SHARE = 4
"""Modules per head module."""

PROTOTYPES, OWN_PROTOTYPES = "labels.weight", "labels.own.weight"
"""Label prototypes V [labels, D] that travel with the factors, and those that stay with their client."""


@dataclass(frozen=True)
class LinearModule:
    """A linear module of a base that an adapter may sit on."""

    name: str
    in_features: int
    out_features: int


def is_prototypes(key: str) -> bool:
    """Whether a tensor is label prototypes: of no rank, and added where updates are added."""
    return key in (PROTOTYPES, OWN_PROTOTYPES)


def adapter_layout(linears: Sequence[LinearModule], lora: Mapping[str, Any]) -> Layout:
    """Shapes of the adapter on the modules that the targets select, by all of their name or its last parts; then prototypes."""
    targets, rank, prototypes = lora["targetModules"], lora["rank"], lora.get("prototypes")
    layout: dict[str, tuple[int, int]] = {}
    for linear in linears:
        if any(linear.name == target or linear.name.endswith(f".{target}") for target in targets):
            layout[linear.name + A_SUFFIX] = (rank, linear.in_features)
            layout[linear.name + B_SUFFIX] = (linear.out_features, rank)
    if not layout:
        raise Failure(f"The base has no module called {', '.join(targets)}.")
    if prototypes:
        key = PROTOTYPES if prototypes["travel"] == "shared" else OWN_PROTOTYPES
        layout[key] = (prototypes["labels"], prototypes["width"])
    return layout


def initial_adapter(layout: Layout, seed: int) -> Adapter:
    """Make the start that every client shares: A uniform in ±1/sqrt(in), B zero."""
    adapter = {key: torch.zeros(shape) for key, shape in layout.items()}
    for key, values in adapter.items():
        if key.endswith(A_SUFFIX):
            uniform = random_stream(seed, "initialAdapter", key)
            bound = 1 / values.shape[1] ** 0.5
            drawn = [(2 * uniform() - 1) * bound for _ in range(values.numel())]
            adapter[key] = torch.tensor(drawn, dtype=torch.float64).float().reshape(values.shape)
    return adapter


def encode_adapter(adapter: Adapter) -> bytes:
    """One contiguous little-endian float32 blob."""
    return flat_values(adapter).astype("<f4").tobytes()


def decode_adapter(blob: bytes, layout: Layout) -> Adapter:
    """Read a blob of exactly this layout, whose values are finite."""
    values = np.frombuffer(blob, dtype="<f4") if len(blob) % 4 == 0 else np.empty(0, dtype="<f4")
    expected = sum(rows * columns for rows, columns in layout.values())
    if values.size != expected:
        raise Failure(f"The adapter has {len(blob)} bytes, expected {4 * expected}.")
    if not np.isfinite(values).all():
        raise Failure("The adapter has a value that is not finite.")
    return unflatten(values, layout)


def flat_values(adapter: Adapter) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """All values in the order of the tensors."""
    return torch.cat([values.detach().cpu().reshape(-1) for values in adapter.values()]).numpy()


def unflatten(values: np.ndarray[tuple[int], np.dtype[np.float32]], layout: Layout) -> Adapter:
    """Give the values this layout."""
    adapter: Adapter = {}
    start = 0
    for key, shape in layout.items():
        end = start + shape[0] * shape[1]
        adapter[key] = torch.from_numpy(values[start:end].astype(np.float32)).reshape(shape)
        start = end
    return adapter


def layout_of(adapter: Adapter) -> Layout:
    """Shapes of these tensors."""
    return {key: (values.shape[0], values.shape[1]) for key, values in adapter.items()}


def keys_of(keys: Sequence[str], part: Part) -> list[str]:
    """Keys of a part. The head is both factors of the last quarter of the modules, at least one; the body the others.

    Prototypes are what is last of all: they go with `b` and with the head.
    """
    modules = len(keys) // 2
    body = 2 * (modules - -(-modules // HEAD_SHARE))
    match part:
        case "all":
            return list(keys)
        case "a":
            return [key for key in keys if key.endswith(A_SUFFIX)]
        case "b":
            return [key for key in keys if not key.endswith(A_SUFFIX)]
        case "head":
            return list(keys[body:])
        case "body":
            return list(keys[:body])


def travelling(keys: Sequence[str], part: Part) -> list[str]:
    """Keys of a part that may leave a client."""
    return [key for key in keys_of(keys, part) if key != OWN_PROTOTYPES]


def of_rank(lora: Mapping[str, Any], rank: int) -> dict[str, Any]:
    """Give the adapter's settings fewer ranks and the same scale, as `adapterOfRank` of lora-core does."""
    return {**lora, "rank": rank, "alpha": lora["alpha"] / lora["rank"] * rank}


def padded(adapter: Adapter, rank: int) -> Adapter:
    """Zeros for the ranks that others have and this adapter does not; prototypes have none."""

    def wider(key: str, values: torch.Tensor) -> torch.Tensor:
        is_a = key.endswith(A_SUFFIX)
        missing = rank - values.shape[0 if is_a else 1]
        return functional.pad(values, (0, 0, 0, missing) if is_a else (0, missing))

    return {key: values if is_prototypes(key) else wider(key, values) for key, values in adapter.items()}


def part_of(adapter: Adapter, part: Part) -> Adapter:
    """One part of an adapter, as it travels."""
    return {key: adapter[key] for key in travelling(list(adapter), part)}


def combined(weights: Sequence[float], adapters: Sequence[Adapter]) -> Adapter:
    """Weighted sum, factor by factor."""
    first = adapters[0]
    return {key: sum((w * a[key] for w, a in zip(weights, adapters, strict=True)), torch.zeros_like(first[key])) for key in first}


def scaled(adapter: Adapter, weight: float) -> Adapter:
    """Multiply the update: B is scaled, and prototypes are."""
    return {key: values if key.endswith(A_SUFFIX) else weight * values for key, values in adapter.items()}


def stack_ranks(adapters: Sequence[Adapter]) -> Adapter:
    """Sum the updates exactly: B1 A1 + B2 A2 = [B1 B2] [A1; A2]. Prototypes are added."""
    return {key: _stacked(key, [adapter[key] for adapter in adapters]) for key in adapters[0]}


def _stacked(key: str, parts: Sequence[torch.Tensor]) -> torch.Tensor:
    if is_prototypes(key):
        return torch.stack(list(parts)).sum(dim=0)
    return torch.cat(list(parts), dim=0 if key.endswith(A_SUFFIX) else 1)
