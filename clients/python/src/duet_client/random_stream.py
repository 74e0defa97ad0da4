"""Seeded randomness with the draws of `lora-core/tensors/random.ts`: sfc32 (Doty-Humphrey, PractRand), seeded by FNV-1a."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Uniform = Callable[[], float]
"""A stream of uniform numbers in [0, 1)."""

Item = TypeVar("Item")
MASK = 0xFFFFFFFF


def random_stream(seed: int, *labels: str | int) -> Uniform:
    """Labels split one seed into independent streams."""
    a = seed & MASK
    b = _fnv1a("\0".join(str(label) for label in labels))
    c = 0x9E3779B9 ^ a
    counter = 1

    def draw() -> float:
        nonlocal a, b, c, counter
        t = (a + b + counter) & MASK
        counter = (counter + 1) & MASK
        a = b ^ (b >> 9)
        b = (c + (c << 3)) & MASK
        c = (((c << 21) | (c >> 11)) + t) & MASK
        return t / 4294967296

    for _ in range(12):
        draw()
    return draw


def shuffled(items: Sequence[Item], uniform: Uniform) -> list[Item]:
    """Return a shuffled copy (Fisher-Yates)."""
    out = list(items)
    for i in range(len(out) - 1, 0, -1):
        j = int(uniform() * (i + 1))
        out[i], out[j] = out[j], out[i]
    return out


def client_seed(inputs: Sequence[str]) -> int:
    """Seed of a client's own stream, taken from its training texts: the same after it has come back."""
    return int(random_stream(0, "clientSeed", *inputs)() * 2**32)


def _fnv1a(text: str) -> int:
    """Over UTF-16 code units, as JavaScript has them."""
    value = 0x811C9DC5
    units = text.encode("utf-16-le", "surrogatepass")
    for i in range(0, len(units), 2):
        value = ((value ^ (units[i] | units[i + 1] << 8)) * 0x01000193) & MASK
    return value
