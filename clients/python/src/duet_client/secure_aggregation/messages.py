"""What crosses in each step, as JSON in which bytes are base64url; lists ascend by the client's id, each client once."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from duet_client.secure_aggregation.refusal import SumRefused
from duet_client.secure_aggregation.shares import NONCE_BYTES, SHARE_BYTES

MAX_CLIENTS = 1000
KEY = DIGEST = 32
SIGNATURE = 64
TAG_BYTES = 16
BOX = NONCE_BYTES + 2 * SHARE_BYTES + TAG_BYTES
CLIENT = "client"
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

Message = dict[str, Any]


@dataclass(frozen=True)
class Ascending:
    """A list by the client's id, which is a field of its items, or the item itself."""

    item: "Shape"
    by: str | None


Shape = int | str | Ascending | Mapping[str, "Shape"]
"""So many bytes, a client's id, a list, or an object with exactly these fields."""

KEY_ENTRY: Shape = {"client": CLIENT, "shareKey": KEY, "maskKey": KEY, "signature": SIGNATURE}
MEMBERS = Ascending(CLIENT, None)
KEY_LIST: Shape = {"entries": Ascending(KEY_ENTRY, "client")}
DELIVERY: Shape = {
    "members": MEMBERS,
    "sealed": Ascending({"from": CLIENT, "box": BOX, "maskKeyDigest": DIGEST, "seedDigest": DIGEST}, "from"),
}
SURVIVORS: Shape = {"members": MEMBERS}
AGREEMENTS: Shape = {"entries": Ascending({"client": CLIENT, "signature": SIGNATURE}, "client")}


def encode_message(message: Message) -> bytes:
    """As it travels."""
    return json.dumps(message, default=encode_bytes, separators=(",", ":")).encode()


def decode_message(shape: Shape, content: bytes) -> Message:
    """Read a message of this shape, and of no other."""
    try:
        found = _read(shape, json.loads(content.decode()))
    except (ValueError, TypeError, KeyError) as error:
        raise SumRefused("unreadable", f"A message of the secure sum could not be read: {error}") from error
    return dict(found)


def encode_bytes(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode_bytes(text: str) -> bytes:
    """Read what `encode_bytes` wrote, and nothing that it would write otherwise."""
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if encode_bytes(content) != text:
        raise ValueError("no base64url")
    return content


def _read(shape: Shape, given: Any) -> Any:  # noqa: ANN401
    if isinstance(shape, int):
        content = decode_bytes(given)
        if len(content) != shape:
            raise ValueError(f"{len(content)} bytes, expected {shape}")
        return content
    if isinstance(shape, str):
        if not CLIENT_ID.fullmatch(given):
            raise ValueError("no id of a client")
        return given
    if isinstance(shape, Ascending):
        return _read_list(shape, given)
    if not isinstance(given, dict) or given.keys() != shape.keys():
        raise ValueError(f"expected an object with {', '.join(shape)}")
    return {name: _read(part, given[name]) for name, part in shape.items()}


def _read_list(shape: Ascending, given: Any) -> list[Any]:  # noqa: ANN401
    if not isinstance(given, list) or len(given) > MAX_CLIENTS:
        raise ValueError(f"expected a list of at most {MAX_CLIENTS}")
    items = [_read(shape.item, item) for item in given]
    ids = [item if shape.by is None else item[shape.by] for item in items]
    if ids != sorted(set(ids)):
        raise ValueError("a list must have each client once, in ascending order")
    return items
