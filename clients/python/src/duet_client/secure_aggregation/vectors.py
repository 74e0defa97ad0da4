"""Real numbers and counts as integers modulo 2^16 or 2^32, under masks, and as they travel; bounds are in `fixedPoint.ts`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from duet_client.secure_aggregation.attempt import Layout
from duet_client.secure_aggregation.keys import Mask
from duet_client.secure_aggregation.shares import Draw

Vector = np.ndarray[tuple[int], np.dtype[np.uint32]]
Values = Mapping[str, Sequence[float] | np.ndarray[Any, Any]]
"""Of every group of a layout, by its name."""
PIECE_VALUES = 262_144


def length_of(layout: Layout) -> int:
    """Values of a vector."""
    return sum(int(group["length"]) for group in layout["groups"])


def encode_vector(layout: Layout, values: Values, draw: Draw) -> Vector:
    """Round stochastically, clip to the range; counts stay exact."""
    parts = [_encoded(group, np.asarray(values[group["name"]], dtype=np.float64), draw) for group in layout["groups"]]
    return np.concatenate(parts)


def _encoded(group: dict[str, Any], given: np.ndarray[Any, np.dtype[np.float64]], draw: Draw) -> Vector:
    name = group["name"]
    if given.size != group["length"]:
        raise ValueError(f'"{name}" has {given.size} values, expected {group["length"]}')
    if group["kind"] == "count":
        if (given != np.floor(given)).any() or (given < 0).any() or (given > group["max"]).any():
            raise ValueError(f'"{name}" must have integers from 0 to {group["max"]}')
        return given.astype(np.uint32)
    if not np.isfinite(given).all():
        raise ValueError(f'"{name}" has a value that is not finite')
    clip, largest = group["clip"], 2 ** group["bits"] - 1
    scaled = (np.clip(given, -clip, clip) + clip) * (largest / (2 * clip))
    draws = np.frombuffer(draw(4 * given.size), dtype="<u4") / 2**32
    # The product can be a hair above the largest integer.
    encoded: Vector = np.minimum(largest, np.floor(scaled + draws)).astype(np.uint32)
    return encoded


def keystream(key: bytes, length: int) -> Vector:
    """AES-256-CTR under a key that is used once, from counter 0, as u32 little-endian."""
    encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    stream = np.empty(length, dtype="<u4")
    for start in range(0, length, PIECE_VALUES):
        count = min(PIECE_VALUES, length - start)
        stream[start : start + count] = np.frombuffer(encryptor.update(bytes(4 * count)), dtype="<u4")
    return stream


def masked(vector: Vector, masks: Sequence[Mask]) -> Vector:
    """Put every mask on, modulo 2^32."""
    under = vector.copy()
    for mask in masks:
        stream = keystream(mask.key, vector.size)
        under = under + stream if mask.sign == 1 else under - stream
    return under


def pack_vector(layout: Layout, vector: Vector) -> bytes:
    """Of every value what its group's sum is taken modulo, little-endian, group by group."""
    packed, start = [], 0
    for group in layout["groups"]:
        end = start + group["length"]
        packed.append(vector[start:end].astype(f"<u{group['modulusBits'] // 8}").tobytes())
        start = end
    return b"".join(packed)
