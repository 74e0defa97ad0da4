"""What a client sends, as the blob that travels; as `lora-core/strategies/uploadCodec.ts` and `compression/blockFormat.ts`.

Values as they are (f32), or blocks that share a step, of 8 or 4 bits a value, stochastically rounded, with error feedback.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from duet_client.adapter import Adapter, combined, encode_adapter, flat_values, layout_of, part_of, unflatten
from duet_client.failure import Failure

AS_THEY_ARE = {"format": "f32", "topK": None}
Values = np.ndarray[tuple[int], np.dtype[np.float32]]
WORDS = 16
DIGIT_BITS = 15
LARGEST_FLOAT16 = 65504.0


@dataclass(frozen=True)
class BlockFormat:
    """Digits from -largest to largest, `per_word` of them in the lower 15 bits of a word."""

    largest: int
    per_word: int

    def encode(self, values: Values, generator: np.random.Generator) -> bytes:
        """Round every value to one of its two neighbours, the nearer the likelier."""
        if not np.isfinite(values).all():
            raise Failure("A value that is not finite cannot be sent.")
        block = WORDS * self.per_word
        padded = np.zeros(-(-values.size // block) * block, dtype=np.float64)
        padded[: values.size] = values
        blocks = padded.reshape(-1, block)
        codes = _code_above(np.abs(blocks).max(axis=1) / self.largest)
        steps = codes.view(np.float16).astype(np.float64)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            quotients = np.where(steps > 0, blocks / steps, 0.0)
        draws = generator.random(blocks.shape)
        # What fills up the last block, and a block of zeros, stays zero whatever is drawn: floor(0 + u) is 0.
        digits = np.minimum(2 * self.largest, self.largest + np.floor(quotients + draws)).astype(np.uint32)
        packed = np.zeros((len(blocks), WORDS), dtype=np.uint32)
        for place in reversed(range(self.per_word)):
            packed = packed * (2 * self.largest + 1) + digits[:, place :: self.per_word]
        bits = (codes[:, None].astype(np.uint32) >> np.arange(WORDS, dtype=np.uint32)) & 1
        return (packed | bits << DIGIT_BITS).astype("<u2").tobytes()

    def decode(self, blob: bytes, count: int) -> Values:
        """Read what `encode` wrote of so many values."""
        packed = np.frombuffer(blob, dtype="<u2").reshape(-1, WORDS).astype(np.uint32)
        codes = ((packed >> DIGIT_BITS) << np.arange(WORDS, dtype=np.uint32)).sum(axis=1).astype(np.uint16)
        numbers = packed & (2**DIGIT_BITS - 1)
        digits = np.empty((len(packed), WORDS * self.per_word), dtype=np.float64)
        for place in range(self.per_word):
            digits[:, place :: self.per_word] = numbers % (2 * self.largest + 1)
            numbers = numbers // (2 * self.largest + 1)
        values = (digits - self.largest) * codes.view(np.float16).astype(np.float64)[:, None]
        decoded: Values = values.reshape(-1)[:count].astype(np.float32)
        return decoded


FORMATS = {"int8": BlockFormat(largest=90, per_word=2), "int4": BlockFormat(largest=6, per_word=4)}


def encode_upload(
    plan: dict[str, Any],
    coding: dict[str, Any],
    sent: Adapter,
    origin: Adapter,
    residual: Adapter | None,
    generator: np.random.Generator,
) -> tuple[bytes, Adapter | None]:
    """Blob of `sent`, and what rounding lost for the next round. `origin` is the shared adapter as the steps began."""
    if coding["format"] == "f32":
        return encode_adapter(sent), residual
    codec = FORMATS[coding["format"]]
    carries = plan["form"] == "difference"
    base = part_of(origin, plan["part"])
    moved = sent if carries else combined([1, -1], [sent, base])
    wanted = combined([1, 1], [moved, part_of(residual, plan["part"])]) if carries and residual else moved
    values = flat_values(wanted)
    blob = codec.encode(values, generator)
    if not carries:
        return blob, residual
    lost = combined([1, -1], [wanted, unflatten(codec.decode(blob, values.size), layout_of(wanted))])
    return blob, {**(residual or combined([0], [origin])), **lost}


def _code_above(magnitudes: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """Binary16 codes of the smallest numbers that are not below these."""
    if magnitudes.size and magnitudes.max() > LARGEST_FLOAT16:
        raise Failure(f"{magnitudes.max()} is beyond what 16 bits hold.")
    halves = magnitudes.astype(np.float16)
    codes = halves.view(np.uint16)
    return np.where(halves.astype(np.float64) < magnitudes, codes + 1, codes).astype(np.uint16)
