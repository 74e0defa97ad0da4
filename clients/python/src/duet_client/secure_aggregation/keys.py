"""Keys of an attempt: X25519, HKDF-SHA256 from a shared secret to one key for one purpose, Ed25519 for who signs."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from duet_client.secure_aggregation.attempt import Terms, context_bytes
from duet_client.secure_aggregation.refusal import SumRefused

KEY_BYTES = 32


@dataclass(frozen=True)
class Mask:
    """A mask by its key, and which way it goes onto a vector."""

    key: bytes
    sign: int


def agreement_key(secret_key: bytes) -> bytes:
    """Public X25519 key."""
    return X25519PrivateKey.from_private_bytes(secret_key).public_key().public_bytes_raw()


def identity_key(secret_key: bytes) -> bytes:
    """Public Ed25519 key."""
    return Ed25519PrivateKey.from_private_bytes(secret_key).public_key().public_bytes_raw()


def sign(secret_key: bytes, message: bytes) -> bytes:
    """Ed25519 signature."""
    return Ed25519PrivateKey.from_private_bytes(secret_key).sign(message)


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is of this key over this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def derived_key(secret: bytes, context: bytes) -> bytes:
    """HKDF without salt."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=context).derive(secret)


def agreed_key(secret_key: bytes, public_key: bytes, context: bytes, peer: str) -> bytes:
    """Key of two clients for what `context` says: both find the same."""
    try:
        shared = X25519PrivateKey.from_private_bytes(secret_key).exchange(X25519PublicKey.from_public_bytes(public_key))
    except ValueError as error:
        raise SumRefused("weak key", f"The key of {peer} would make no secret") from error
    return derived_key(shared, context)


def pair_mask(terms: Terms, client: str, secret_key: bytes, peer: str, peer_key: bytes) -> Mask:
    """Find what `client` puts on its vector for `peer`: of the two, the one whose id comes first adds."""
    low, high = sorted((client, peer))
    return Mask(agreed_key(secret_key, peer_key, context_bytes(terms, "pair mask", low, high), peer), 1 if client == low else -1)


def self_mask(terms: Terms, client: str, seed: bytes) -> Mask:
    """Find what a client puts on for itself."""
    return Mask(derived_key(seed, context_bytes(terms, "self mask", client)), 1)


def box_key(terms: Terms, sender: str, receiver: str, secret_key: bytes, peer_key: bytes, peer: str) -> bytes:
    """Key of the box from one client to another; `secret_key` and `peer_key` are of the pair's two ends, whichever."""
    return agreed_key(secret_key, peer_key, context_bytes(terms, "share key", sender, receiver), peer)
