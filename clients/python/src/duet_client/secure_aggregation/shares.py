"""Shares of a client's two secrets: Shamir over GF(2^8), byte by byte, and the boxes in which they travel."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from duet_client.secure_aggregation.refusal import SumRefused

NONCE_BYTES = 12
SHARE_BYTES = 33
"""Values of 32 polynomials, and at which point."""
POLYNOMIAL = 0x11B
"""x^8 + x^4 + x^3 + x + 1."""

Draw = Callable[[int], bytes]


@dataclass(frozen=True)
class Shares:
    """What one client holds of another's secrets."""

    mask_key: bytes
    seed: bytes


def multiplied(a: int, b: int) -> int:
    """Product in GF(2^8)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= POLYNOMIAL
        b >>= 1
    return product


PRODUCTS = np.array([[multiplied(a, b) for b in range(256)] for a in range(256)], dtype=np.uint8)


def split_secret(secret: bytes, count: int, threshold: int, draw: Draw) -> list[bytes]:
    """Make `count` shares, any `threshold` of which give the secret; the point is the last byte and never 0."""
    points = secrets.SystemRandom().sample(range(1, 256), count)
    higher = np.frombuffer(draw(len(secret) * (threshold - 1)), dtype=np.uint8).reshape(threshold - 1, len(secret))
    coefficients = [np.frombuffer(secret, dtype=np.uint8), *higher]
    shares = []
    for point in points:
        values = np.zeros(len(secret), dtype=np.uint8)
        for coefficient in reversed(coefficients):
            values = PRODUCTS[values, point] ^ coefficient
        shares.append(values.tobytes() + bytes([point]))
    return shares


def seal_shares(key: bytes, context: bytes, shares: Shares, draw: Draw) -> bytes:
    """Encrypt both shares for one holder; `context` names sender and receiver."""
    nonce = draw(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, shares.mask_key + shares.seed, context)


def open_shares(key: bytes, context: bytes, box: bytes, sender: str) -> Shares:
    """Decrypt what `sender` sealed under this context."""
    try:
        plain = AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], context)
    except InvalidTag as error:
        raise SumRefused("altered share", f"The shares from {sender} are not what it sent for this attempt") from error
    return Shares(plain[:SHARE_BYTES], plain[SHARE_BYTES:])
