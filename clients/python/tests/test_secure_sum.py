"""Secure sums, byte for byte what the other implementations make of the same secrets (lora-core/fixtures/secureAggregation)."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

from duet_client.outlines import Outline
from duet_client.row_statistics import statistics_of, statistics_values
from duet_client.secure_aggregation.attempt import Terms, sha256, terms_digest
from duet_client.secure_aggregation.keys import pair_mask, self_mask
from duet_client.secure_aggregation.messages import (
    AGREEMENTS,
    DELIVERY,
    KEY_LIST,
    SURVIVORS,
    decode_bytes,
    decode_message,
    encode_bytes,
    encode_message,
)
from duet_client.secure_aggregation.neighbours import masking_graph, sparse_degree
from duet_client.secure_aggregation.participant import Participant, Setup, State, key_list_digest
from duet_client.secure_aggregation.refusal import SumRefused
from duet_client.secure_aggregation.shares import PRODUCTS, split_secret
from duet_client.secure_aggregation.sum_desk import pinned, read_state, write_state
from duet_client.secure_aggregation.update_vector import layout_for, update_values
from duet_client.secure_aggregation.vectors import encode_vector, keystream

FIXTURE: dict[str, Any] = json.loads(
    (ROOT / "packages/lora-core/fixtures/secureAggregation/attempt.json").read_text(encoding="utf-8")
)
GIVEN = FIXTURE["terms"]
TERMS = Terms(GIVEN["federationId"], GIVEN["round"], GIVEN["attempt"], GIVEN["layout"], GIVEN["coordinator"])
CLIENTS = [identity["client"] for identity in FIXTURE["identities"]]
IDENTITIES = {each["client"]: bytes.fromhex(each["publicKey"]) for each in FIXTURE["identities"]}


def of(name: str, client: str) -> Any:
    return next(each for each in FIXTURE[name] if each["client"] == client)


def with_bytes(value: Any) -> Any:
    """Hexadecimal texts as they travel; ids of clients are shorter."""
    if isinstance(value, dict):
        return {name: with_bytes(part) for name, part in value.items()}
    if isinstance(value, list):
        return [with_bytes(part) for part in value]
    return encode_bytes(bytes.fromhex(value)) if isinstance(value, str) and len(value) >= 24 else value


def travelling(value: Any) -> bytes:
    return json.dumps(with_bytes(value)).encode()


KEYS = decode_message(KEY_LIST, travelling(FIXTURE["keyList"]))


def delivery_to(client: str) -> Any:
    sealed = [
        {"from": sender, **{name: box[name] for name in ("box", "maskKeyDigest", "seedDigest")}}
        for sender in CLIENTS
        for box in of("secretShares", sender)["message"]["sealed"]
        if box["to"] == client
    ]
    return decode_message(DELIVERY, travelling({"members": CLIENTS, "sealed": sealed}))


SURVIVING = decode_message(SURVIVORS, json.dumps({"members": FIXTURE["survivors"]}).encode())
AGREED = decode_message(AGREEMENTS, travelling({"entries": FIXTURE["agreements"]}))


def open_as(client: str, kept: State | None = None, keep: Callable[[State], None] = lambda _: None) -> Participant:
    """A client whose secrets are those of the fixture; what else is drawn is zeros."""
    drawn = [bytes.fromhex(of("secrets", client)[name]) for name in ("shareKey", "maskKey", "seed")]
    identity = bytes.fromhex(of("identities", client)["secretKey"])
    setup = Setup(TERMS, client, identity, IDENTITIES, lambda length: drawn.pop(0) if drawn else bytes(length))
    return Participant(setup, kept, keep)


def combined(shares: list[bytes]) -> bytes:
    """The secret of some shares: Lagrange at 0."""
    inverse = {a: b for a in range(256) for b in range(256) if PRODUCTS[a, b] == 1}
    secret = np.zeros(32, dtype=np.uint8)
    for share in shares:
        basis = 1
        for other in shares:
            if other is not share:
                basis = int(PRODUCTS[basis, PRODUCTS[other[32], inverse[other[32] ^ share[32]]]])
        secret ^= PRODUCTS[np.frombuffer(share[:32], dtype=np.uint8), basis]
    return secret.tobytes()


def test_digests_masks_and_keystream() -> None:
    assert terms_digest(TERMS).hex() == FIXTURE["termsDigest"]
    assert key_list_digest(TERMS, KEYS).hex() == FIXTURE["keyListDigest"]
    public = {entry["client"]: entry["maskKey"] for entry in KEYS["entries"]}
    for pair in FIXTURE["pairMasks"]:
        for one, other, sign in ((pair["low"], pair["high"], 1), (pair["high"], pair["low"], -1)):
            found = pair_mask(TERMS, one, bytes.fromhex(of("secrets", one)["maskKey"]), other, public[other])
            assert (found.key.hex(), found.sign) == (pair["key"], sign)
    for mask in FIXTURE["selfMasks"]:
        assert self_mask(TERMS, mask["client"], bytes.fromhex(of("secrets", mask["client"])["seed"])).key.hex() == mask["key"]
    wanted = FIXTURE["keystream"]
    stream = keystream(bytes.fromhex(wanted["key"]), wanted["values"])
    assert sha256(stream.tobytes()).hex() == wanted["sha256"]


def test_graphs() -> None:
    graph = FIXTURE["graph"]
    for degree in graph["degrees"]:
        found = sparse_degree(degree["clients"])
        assert (None if found is None else list(found)) == degree["found"]
    built = masking_graph(TERMS, bytes.fromhex(graph["seed"]), graph["clients"])
    assert built.neighbours == graph["neighbours"]
    assert built.share_threshold == graph["shareThreshold"]


@pytest.mark.parametrize("client", CLIENTS)
def test_fixed_point(client: str) -> None:
    given = of("inputs", client)
    values = {"lora_A": given["reals"], "rows": given["counts"]}
    vector = encode_vector(TERMS.layout, values, lambda _: bytes.fromhex(given["draws"]))
    assert vector.astype("<u4").tobytes().hex() == given["vector"]


@pytest.mark.parametrize("client", FIXTURE["survivors"])
def test_an_attempt_from_keys_to_revelation(client: str) -> None:
    kept: list[State] = []
    participant = open_as(client, None, kept.append)
    assert participant.announce() == {name: key for name, key in KEYS_OF[client].items() if name != "client"}
    message = participant.share(KEYS)
    theirs = of("secretShares", client)["message"]
    assert message["seedCommitment"].hex() == theirs["seedCommitment"]
    assert [sealed["to"] for sealed in message["sealed"]] == [sealed["to"] for sealed in theirs["sealed"]]
    vector = np.frombuffer(bytes.fromhex(of("inputs", client)["vector"]), dtype="<u4")
    assert participant.mask(delivery_to(client), vector).hex() == of("inputs", client)["packed"]
    assert participant.agree(SURVIVING)["signature"].hex() == of("agreements", client)["signature"]
    wanted = of("revelations", client)["message"]
    revealed = participant.unmask(AGREED)
    for name in ("seeds", "maskKeys"):
        for found, expected in zip(revealed[name], wanted[name], strict=True):
            assert found["of"] == expected["of"]
            # Its own share is one that it dealt itself, at a point of its own.
            assert found["of"] == client or found["share"].hex() == expected["share"]
    assert encode_message(revealed)
    # Every step was kept before it was told, and whoever comes back from the disk says the same again.
    again = open_as(client, read_state(write_state(kept[-1])))
    assert again.unmask(AGREED) == revealed
    assert again.agree(SURVIVING)["signature"].hex() == of("agreements", client)["signature"]


KEYS_OF = {entry["client"]: entry for entry in KEYS["entries"]}


def test_any_threshold_of_shares_gives_the_secret_and_fewer_do_not() -> None:
    secret = bytes(range(32))
    shares = split_secret(secret, 5, 3, lambda length: bytes((7 * i + 3) % 256 for i in range(length)))
    assert all(combined([shares[a], shares[b], shares[c]]) == secret for a, b, c in ((0, 1, 2), (4, 2, 0), (1, 3, 4)))
    assert combined(shares[:2]) != secret
    assert len({share[32] for share in shares}) == 5
    dealt = [bytes.fromhex(each["seed"]) for each in FIXTURE["dealt"] if each["from"] == "ada"]
    assert combined(dealt[1:4]).hex() == of("secrets", "ada")["seed"]


def test_what_is_not_accepted_is_refused_by_name() -> None:
    def refused(reason: str, step: Callable[[], Any]) -> None:
        with pytest.raises(SumRefused) as caught:
            step()
        assert caught.value.reason == reason

    forged = {
        "entries": [{**entry, "signature": bytes(64)} if entry["client"] == "bea_2" else entry for entry in KEYS["entries"]]
    }
    refused("forged signature", lambda: open_as("ada").share(forged))
    refused("left out", lambda: open_as("ada").share({"entries": [e for e in KEYS["entries"] if e["client"] != "ada"]}))
    refused("too few", lambda: open_as("ada").share({"entries": KEYS["entries"][:2]}))
    refused("out of order", lambda: open_as("ada").agree(SURVIVING))

    def shared() -> Participant:
        participant = open_as("ada")
        participant.share(KEYS)
        return participant

    vector = np.zeros(13, dtype=np.uint32)
    delivery = delivery_to("ada")
    refused("second message", lambda: shared().share({"entries": KEYS["entries"][:4]}))
    broken = [{**sealed, "box": bytes(len(sealed["box"]))} for sealed in delivery["sealed"]]
    refused("altered share", lambda: shared().mask({**delivery, "sealed": broken}, vector))
    refused("wrong neighbours", lambda: shared().mask({**delivery, "sealed": delivery["sealed"][1:]}, vector))
    masking = shared()
    masking.mask(delivery, vector)
    assert masking.mask(delivery, vector + 1) == masking.state.packed
    refused("no subset", lambda: masking.agree({"members": [*CLIENTS, "zed"]}))
    refused("too few", lambda: masking.agree({"members": ["Zoe", "ada"]}))
    masking.agree(SURVIVING)
    refused("second message", lambda: masking.agree({"members": CLIENTS}))
    refused("too few", lambda: masking.unmask({"entries": AGREED["entries"][:2]}))
    masking.unmask(AGREED)
    late = Setup(replace(TERMS, attempt=3), "ada", masking.setup.identity, IDENTITIES, bytes)
    refused("already revealed", lambda: Participant(late, masking.state, lambda _: None))
    refused("used attempt", lambda: Participant(replace(late, terms=replace(TERMS, attempt=1)), masking.state, lambda _: None))
    refused("unreadable", lambda: decode_message(SURVIVORS, b'{"members":["b","a"]}'))
    refused("altered entry", lambda: pinned({"a": "one"}, {"a": {"name": "Anna", "identity": "other"}}))


def test_what_is_put_in_is_what_the_typescript_client_puts_in(golden: dict[str, Any]) -> None:
    sums = golden["sums"]
    shared = sums["shared"]
    upload = base64.b64decode(shared["upload"])
    for weighting, wanted in sums["values"].items():
        found = update_values(upload, shared["metrics"], shared["samples"], weighting, sums["layouts"][1])
        assert {name: np.asarray(values).tolist() for name, values in found.items()} == wanted
        for layout, planned in zip(sums["layouts"], golden["plans"]["rounds"], strict=True):
            values = update_values(upload, shared["metrics"], shared["samples"], weighting, layout)
            update = 4 if any(group["name"] == "update" for group in layout["groups"]) else 0
            measured = 5 + int("beforeAggregation" in planned["plan"])
            assert encode_vector(layout_for(layout, update), values, bytes).size == update + 1 + 3 + 4 * measured


def test_bytes_travel_as_base64url() -> None:
    assert decode_bytes(encode_bytes(bytes(range(250, 256)))) == bytes(range(250, 256))
    with pytest.raises(ValueError, match="base64url"):
        decode_bytes("AB")


def test_what_rows_are_like_is_counted_as_everywhere(golden: dict[str, Any]) -> None:
    counts = golden["counts"]
    rows = [Outline(place, row["label"], row["tokens"], 0, None, True) for place, row in enumerate(counts["rows"])]
    own = statistics_of(rows, len(counts["own"]["labels"]))
    assert {"rows": own.rows, "labels": own.labels, "lengths": own.lengths, "present": own.present} == {
        name: value for name, value in counts["own"].items() if name != "labelNats"
    }
    assert own.label_nats == pytest.approx(counts["own"]["labelNats"], rel=1e-12)
    many = counts["many"]
    more = replace(own, rows=many["rows"], labels=many["labels"], lengths=many["lengths"], label_nats=many["labelNats"])
    for case in counts["cases"]:
        assert statistics_values(own, case["layout"]) == case["few"]
        assert statistics_values(more, case["layout"]) == case["capped"]
    assert golden["sums"]["statistics"]["groups"][0]["name"] == "rows"
