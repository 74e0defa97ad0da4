"""A client's answers in the secure sums of the round that it finished. Everything is kept before what is made from it leaves."""

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from duet_client.failure import Failure
from duet_client.row_statistics import RowStatistics, statistics_values
from duet_client.secure_aggregation.attempt import Layout, Terms
from duet_client.secure_aggregation.messages import (
    AGREEMENTS,
    DELIVERY,
    KEY_LIST,
    SURVIVORS,
    decode_bytes,
    decode_message,
    encode_message,
)
from duet_client.secure_aggregation.participant import Participant, Setup, State
from duet_client.secure_aggregation.refusal import SumRefused
from duet_client.secure_aggregation.update_vector import layout_for, update_values
from duet_client.secure_aggregation.vectors import Values, encode_vector

FLOAT_BYTES = 4


@dataclass(frozen=True)
class SharedRound:
    """What a client has to share after a round, nothing but figures where those alone are summed; whoever else sees them."""

    upload: bytes
    metrics: dict[str, Any]
    samples: dict[str, int]


@dataclass(frozen=True)
class SumStep:
    """Which step of which attempt asks whom."""

    client: str
    round: int
    attempt: int
    step: str


@dataclass(frozen=True)
class SumKeys:
    """This client's identity, and everybody's, as this device knows them; base64url."""

    identity: str
    identities: Mapping[str, str]


@dataclass(frozen=True)
class Summand:
    """What a client puts into a sum: values by group of a layout, and the federation's name in what it signs."""

    federation_id: str
    layout: Layout
    values: Callable[[], Values]


def round_summand(federation_id: str, weighting: str, layout: Layout, shared: SharedRound) -> Summand:
    """What came of a round. `weighting` and `layout`, of this round, are the plans'."""
    wanted = layout_for(layout, len(shared.upload) // FLOAT_BYTES)
    return Summand(federation_id, wanted, lambda: update_values(shared.upload, shared.metrics, shared.samples, weighting, layout))


def statistics_summand(federation_id: str, layout: Layout, own: RowStatistics) -> Summand:
    """What rows are like, before the first round: by a name of its own, so that no keys serve twice."""
    return Summand(f"{federation_id}-rows", layout, lambda: statistics_values(own, layout))


def answer(
    asked: SumStep, summand: Summand, keys: SumKeys, content: bytes, kept: State | None, keep: Callable[[State], None]
) -> bytes:
    """Answer a step."""
    terms = Terms(summand.federation_id, asked.round, asked.attempt, summand.layout)
    identities = {client: decode_bytes(key) for client, key in keys.identities.items()}
    setup = Setup(terms, asked.client, decode_bytes(keys.identity), identities, secrets.token_bytes)
    participant = Participant(setup, kept, keep)
    match asked.step:
        case "keys":
            return encode_message(participant.announce())
        case "shares":
            return encode_message(participant.share(decode_message(KEY_LIST, content)))
        case "input":
            vector = encode_vector(summand.layout, summand.values(), secrets.token_bytes)
            return participant.mask(decode_message(DELIVERY, content), vector)
        case "agree":
            return encode_message(participant.agree(decode_message(SURVIVORS, content)))
        case "unmask":
            return encode_message(participant.unmask(decode_message(AGREEMENTS, content)))
    raise Failure(f"There is no step {asked.step} of a secure sum. Update this client.")


def pinned(known: Mapping[str, str], clients: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """Everybody's keys: the first that this device saw of each, for as long as it takes part."""
    pins = dict(known)
    for client_id, client in clients.items():
        key = client.get("identity")
        if key is not None and pins.setdefault(client_id, key) != key:
            raise SumRefused("altered entry", f"The coordinator shows another key of {client['name']} than before")
    return pins


def write_state(state: State) -> bytes:
    """As it is kept on the disk."""
    return json.dumps(asdict(state), default=lambda content: {"bytes": base64.b64encode(content).decode()}).encode()


def read_state(content: bytes) -> State:
    """Read what `write_state` wrote."""
    return State(**json.loads(content, object_hook=lambda found: _as_bytes(found) if found.keys() == {"bytes"} else found))


def _as_bytes(found: dict[str, str]) -> bytes:
    return base64.b64decode(found["bytes"])
