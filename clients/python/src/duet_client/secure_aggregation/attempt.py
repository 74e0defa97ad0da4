"""One attempt at one secure sum: what it is held to, and the bytes that everything in it is bound to."""

import hashlib
import struct
from dataclasses import dataclass
from typing import Any

PROTOCOL = "duet secure aggregation 2"
MIN_CLIENTS = 3
"""Two hide nothing from each other, and one nothing at all."""

Field = str | int | bytes
Layout = dict[str, Any]
"""`clients`, the most of one sum, and `groups` of values in order: real numbers or counts."""


@dataclass(frozen=True)
class Terms:
    """The same for all: each client's signature covers them. The coordinator is trusted to keep to the protocol ("curious")."""

    federation_id: str
    round: int
    attempt: int
    layout: Layout
    coordinator: str = "curious"


def canonical_bytes(*fields: Field) -> bytes:
    """Each field as its length (u32, little-endian) and its bytes, so that no two lists of fields have the same bytes."""
    parts = [_bytes_of(field) for field in fields]
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def _bytes_of(field: Field) -> bytes:
    if isinstance(field, str):
        return field.encode()
    return struct.pack("<I", field) if isinstance(field, int) else field


def context_bytes(terms: Terms, purpose: str, *fields: Field) -> bytes:
    """Bytes that say what a key, a signature or a ciphertext is for, and for nothing else."""
    return canonical_bytes(PROTOCOL, purpose, terms.federation_id, terms.round, terms.attempt, *fields)


def sha256(content: bytes) -> bytes:
    """Digest of 32 bytes."""
    return hashlib.sha256(content).digest()


def terms_digest(terms: Terms) -> bytes:
    """What clients sign with their keys."""
    groups = terms.layout["groups"]
    fields: list[Field] = [terms.coordinator, terms.layout["clients"], len(groups)]
    for group in groups:
        fields += [group["kind"], group["name"], group["length"], group["modulusBits"]]
        fields += [struct.pack("<d", group["clip"]), group["bits"]] if group["kind"] == "real" else [group["max"]]
    return sha256(context_bytes(terms, "terms", *fields))


def threshold_of(terms: Terms, clients: int) -> int:
    """t of so many clients: more than half; more than two thirds where the coordinator may be active."""
    return 1 + (2 * clients // 3 if terms.coordinator == "active" else clients // 2)


def least_members(terms: Terms, clients: int) -> int:
    """The smallest set of `clients` that may go on."""
    return max(MIN_CLIENTS, threshold_of(terms, clients))
