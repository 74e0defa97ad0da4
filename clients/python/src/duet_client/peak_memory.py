"""The most of this device's memory that computing has held."""

import sys

import torch

try:
    import resource
except ImportError:  # Windows has none.
    resource = None  # type: ignore[assignment]

GRAIN = 2**24
"""Rounded up to whole ones, since rows of some length take so much."""


def peak_memory() -> int | None:
    """Bytes that PyTorch reserved of the GPU, or this process took where there is none; None where that cannot be measured."""
    if torch.cuda.is_available():
        return _rounded(torch.cuda.max_memory_reserved())
    if resource is None:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _rounded(peak if sys.platform == "darwin" else 1024 * peak)


def _rounded(size: int) -> int:
    return -(-size // GRAIN) * GRAIN
