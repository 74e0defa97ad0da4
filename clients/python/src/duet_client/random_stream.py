"""Seeded randomness with the draws of `lora-core/tensors/random.ts`: sfc32 (Doty-Humphrey, PractRand), seeded by FNV-1a."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Uniform = Callable[[], float]
"""A stream of uniform numbers in [0, 1)."""

Item = TypeVar("Item")
MASK = 0xFFFFFFFF


def random_stream(seed: int, *labels: str | int) -> Uniform:
    """Labels split one seed into independent streams."""
    return _stream(seed, _fnv1a("\0".join(str(label) for label in labels)))


def _stream(seed: int, labels: int) -> Uniform:
    a = seed & MASK
    b = labels
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


@dataclass(frozen=True)
class ClientSeed:
    """Seed of a client's own streams, taken from its training texts one after the other: the same after it has come back."""

    state: int = field(default_factory=lambda: _fnv1a("clientSeed"))

    def after(self, inputs: Iterable[str]) -> "ClientSeed":
        """Take more texts."""
        state = self.state
        for text in inputs:
            state = _fnv1a(f"\0{text}", state)
        return ClientSeed(state)

    @property
    def seed(self) -> int:
        """The seed of all texts so far."""
        return int(_stream(0, self.state)() * 2**32)


def _fnv1a(text: str, value: int = 0x811C9DC5) -> int:
    """Over UTF-16 code units, as JavaScript has them; `value` is that of what stands before."""
    units = text.encode("utf-16-le", "surrogatepass")
    for i in range(0, len(units), 2):
        value = ((value ^ (units[i] | units[i + 1] << 8)) * 0x01000193) & MASK
    return value
