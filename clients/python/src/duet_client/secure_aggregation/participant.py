"""One client in one attempt at a secure sum: keys, shares, masked input, agreement, unmasking; as `participant.ts` has it.

It believes nothing that it receives, and gives out at most one secret of each client. What a step leaves is kept before the
message made from it is returned; a step that is asked for again with the same content gives the same message, with other
content it is refused. So no mask is ever on two vectors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from duet_client.secure_aggregation.attempt import Terms, context_bytes, least_members, sha256, terms_digest, threshold_of
from duet_client.secure_aggregation.keys import (
    KEY_BYTES,
    agreement_key,
    box_key,
    is_signed,
    pair_mask,
    self_mask,
    sign,
)
from duet_client.secure_aggregation.messages import Message
from duet_client.secure_aggregation.neighbours import Graph, masking_graph, shortage_of_sum
from duet_client.secure_aggregation.refusal import SumRefused
from duet_client.secure_aggregation.shares import Draw, Shares, open_shares, seal_shares, split_secret
from duet_client.secure_aggregation.vectors import Vector, masked, pack_vector

Identities = Mapping[str, bytes]
"""Public keys of the clients, as this device knows them."""


@dataclass(frozen=True)
class Setup:
    """Who takes part in which attempt; `identity` is its secret key."""

    terms: Terms
    client: str
    identity: bytes
    identities: Identities
    draw: Draw


@dataclass(frozen=True)
class State:
    """What must be kept; it holds secrets, which are forgotten once they are not needed: None then."""

    federation_id: str
    round: int
    attempt: int
    client: str
    digest: bytes
    """Of the terms."""
    announcement: Message
    secrets: Message | None
    """share key, mask key, seed."""
    key_list: Message | None = None
    shares: Message | None = None
    """The message of the second step."""
    sharing: list[str] | None = None
    """U2, once the input is masked."""
    packed: bytes | None = None
    held: list[Message] = field(default_factory=list)
    """Shares of the secrets of others, and of its own."""
    survivors: list[str] | None = None
    """U3."""
    agreement: Message | None = None
    revealed: Message | None = None


class Participant:
    """Every step raises SumRefused on what it does not accept, and then nothing was given out."""

    def __init__(self, setup: Setup, kept: State | None, keep: Callable[[State], None]) -> None:
        """Begin an attempt, or go on with the one of `kept`, the state that was kept last for this federation."""
        self.setup, self._keep = setup, keep
        before = _resumed(setup, kept)
        self.state = before or _begin(setup)
        if before is None:
            keep(self.state)

    def announce(self) -> Message:
        """Give the keys of this attempt."""
        return self.state.announcement

    def share(self, key_list: Message) -> Message:
        """Take U1, give shares for each neighbour."""
        state, terms = self.state, self.setup.terms
        if state.key_list is not None and state.shares is not None:
            _require_same(key_list == state.key_list, "list of keys")
            return state.shares
        _check_key_list(self.setup, key_list)
        _check_own_entry(state, key_list)
        secrets = _needed(state.secrets)
        graph = _graph(terms, key_list)
        holders = graph.holders(state.client)
        seeds = split_secret(secrets["seed"], len(holders), graph.share_threshold, self.setup.draw)
        mask_keys = split_secret(secrets["maskKey"], len(holders), graph.share_threshold, self.setup.draw)
        pieces = {to: Shares(mask_key, seed) for to, mask_key, seed in zip(holders, mask_keys, seeds, strict=True)}
        own = pieces.pop(state.client)
        sealed = [{"to": to, "box": self._sealed(key_list, to, piece), **_digests(piece)} for to, piece in pieces.items()]
        message = {"seedCommitment": sha256(secrets["seed"]), "own": _digests(own), "sealed": sealed}
        self._advance(replace(state, key_list=key_list, shares=message, held=[_held(state.client, own)]))
        return message

    def mask(self, delivery: Message, vector: Vector) -> bytes:
        """Take U2 and the others' shares, give the vector under masks as it travels."""
        state, terms = self.state, self.setup.terms
        members = delivery["members"]
        if state.sharing is not None:
            _require_same(members == state.sharing, "set of clients")
            packed: bytes = _needed(state.packed)
            return packed
        key_list, secrets = _needed(state.key_list), _needed(state.secrets)
        graph = _graph(terms, key_list)
        _check_members(terms, graph, list(graph.neighbours), members, members)
        _check_included(state.client, members)
        peers = [peer for peer in graph.neighbours[state.client] if peer in members]
        if [sealed["from"] for sealed in delivery["sealed"]] != peers:
            raise SumRefused("wrong neighbours", "The shares that came are not those of this client's neighbours")
        received = [self._opened(key_list, secrets["shareKey"], sealed) for sealed in delivery["sealed"]]
        masks = [self_mask(terms, state.client, secrets["seed"])]
        for peer in peers:
            masks.append(pair_mask(terms, state.client, secrets["maskKey"], peer, _entry(key_list, peer)["maskKey"]))
        packed = pack_vector(terms.layout, masked(vector, masks))
        self._advance(replace(state, secrets=None, sharing=members, packed=packed, held=[*state.held, *received]))
        return packed

    def agree(self, survivors: Message) -> Message:
        """Take U3, give a signature over it."""
        state, terms, members = self.state, self.setup.terms, survivors["members"]
        if state.agreement is not None:
            _require_same(members == state.survivors, "set of survivors")
            return state.agreement
        key_list, sharing = _needed(state.key_list), _needed(state.sharing)
        _check_members(terms, _graph(terms, key_list), sharing, sharing, members)
        _check_included(state.client, members)
        message = {"signature": sign(self.setup.identity, survivors_bytes(terms, key_list, sharing, members))}
        self._advance(replace(state, packed=None, survivors=members, agreement=message))
        return message

    def unmask(self, agreements: Message) -> Message:
        """Take the signatures of the others, give the shares that free the sum."""
        state, terms, entries = self.state, self.setup.terms, agreements["entries"]
        if state.revealed is not None:
            return state.revealed
        key_list, sharing, survivors = _needed(state.key_list), _needed(state.sharing), _needed(state.survivors)
        signed = survivors_bytes(terms, key_list, sharing, survivors)
        for entry in entries:
            if entry["client"] not in survivors:
                raise SumRefused("unknown client", f"{entry['client']} is not among the survivors")
            _check_signature(self.setup, entry["client"], signed, entry["signature"], "did not sign these survivors")
        _check_size("agreeing", len(entries), threshold_of(terms, len(key_list["entries"])))
        held = sorted((piece for piece in state.held if piece["of"] in sharing), key=lambda piece: str(piece["of"]))
        message = {
            "seeds": [{"of": piece["of"], "share": piece["seed"]} for piece in held if piece["of"] in survivors],
            "maskKeys": [{"of": piece["of"], "share": piece["maskKey"]} for piece in held if piece["of"] not in survivors],
        }
        self._advance(replace(state, held=[], revealed=message))
        return message

    def _advance(self, state: State) -> None:
        self._keep(state)
        self.state = state

    def _sealed(self, key_list: Message, to: str, piece: Shares) -> bytes:
        terms, client, secrets = self.setup.terms, self.state.client, _needed(self.state.secrets)
        key = box_key(terms, client, to, secrets["shareKey"], _entry(key_list, to)["shareKey"], to)
        return seal_shares(key, context_bytes(terms, "shares", client, to), piece, self.setup.draw)

    def _opened(self, key_list: Message, secret_key: bytes, sealed: Message) -> Message:
        terms, client, sender = self.setup.terms, self.state.client, sealed["from"]
        key = box_key(terms, sender, client, secret_key, _entry(key_list, sender)["shareKey"], sender)
        shares = open_shares(key, context_bytes(terms, "shares", sender, client), sealed["box"], sender)
        if any(sealed[name] != digest for name, digest in _digests(shares).items()):
            raise SumRefused("altered share", f"{sender} sent other shares than it committed itself to")
        return _held(sender, shares)


def key_list_digest(terms: Terms, key_list: Message) -> bytes:
    """What the graph grows from, and what is signed with U3."""
    fields = [entry[name] for entry in key_list["entries"] for name in ("client", "shareKey", "maskKey", "signature")]
    return sha256(context_bytes(terms, "key list", terms_digest(terms), *fields))


def announced_bytes(terms: Terms, client: str, keys: Message) -> bytes:
    """What a client signs with its keys."""
    return context_bytes(terms, "keys", terms_digest(terms), client, keys["shareKey"], keys["maskKey"])


def survivors_bytes(terms: Terms, key_list: Message, sharing: list[str], survivors: list[str]) -> bytes:
    """What is signed before anything is revealed."""
    digest = key_list_digest(terms, key_list)
    return context_bytes(terms, "survivors", digest, sha256(context_bytes(terms, "sharing", *sharing)), *survivors)


def _resumed(setup: Setup, kept: State | None) -> State | None:
    terms = setup.terms
    if kept is None or kept.federation_id != terms.federation_id:
        return None
    before, now = (kept.round, kept.attempt), (terms.round, terms.attempt)
    if before < now:
        if kept.round == terms.round and kept.revealed is not None:
            raise SumRefused("already revealed", f"This client's update is in a sum of round {terms.round} already")
        return None
    if before == now and kept.client == setup.client and kept.digest == terms_digest(terms):
        return kept
    raise SumRefused("used attempt", f"Attempt {terms.attempt} of round {terms.round} was made before, or is over")


def _begin(setup: Setup) -> State:
    terms, client, draw = setup.terms, setup.client, setup.draw
    share_key, mask_key, seed = draw(KEY_BYTES), draw(KEY_BYTES), draw(KEY_BYTES)
    keys = {"shareKey": agreement_key(share_key), "maskKey": agreement_key(mask_key)}
    announcement = {**keys, "signature": sign(setup.identity, announced_bytes(terms, client, keys))}
    secrets = {"shareKey": share_key, "maskKey": mask_key, "seed": seed}
    return State(terms.federation_id, terms.round, terms.attempt, client, terms_digest(terms), announcement, secrets)


def _check_key_list(setup: Setup, key_list: Message) -> None:
    terms, entries = setup.terms, key_list["entries"]
    _check_size("keys", len(entries), least_members(terms, len(entries)))
    if len(entries) > terms.layout["clients"]:
        raise SumRefused("too many", f"{len(entries)} clients are too many for a sum of {terms.layout['clients']}")
    owners: dict[bytes, str] = {}
    for entry in entries:
        client = entry["client"]
        for key in (setup.identities.get(client, b""), entry["shareKey"], entry["maskKey"]):
            if key in owners:
                raise SumRefused("repeated key", f"{client} has a key that {owners[key]} has already")
            owners[key] = client
        signed = announced_bytes(terms, client, entry)
        _check_signature(setup, client, signed, entry["signature"], "did not sign its keys for this attempt")


def _check_signature(setup: Setup, client: str, signed: bytes, signature: bytes, sentence: str) -> None:
    if client not in setup.identities:
        raise SumRefused("unknown client", f"Nobody here knows a client {client}")
    if not is_signed(setup.identities[client], signed, signature):
        raise SumRefused("forged signature", f"{client} {sentence}")


def _check_own_entry(state: State, key_list: Message) -> None:
    own = next((entry for entry in key_list["entries"] if entry["client"] == state.client), None)
    if own is None:
        raise SumRefused("left out", "The coordinator left this client out of the list of keys")
    if any(own[name] != state.announcement[name] for name in ("shareKey", "maskKey")):
        raise SumRefused("altered entry", "The coordinator altered this client's own keys")


def _check_members(terms: Terms, graph: Graph, before: list[str], owners: list[str], members: list[str]) -> None:
    """Check a set that the coordinator fixed: of those in the step before, and enough to give the secrets of `owners`."""
    stranger = next((member for member in members if member not in before), None)
    if stranger is not None:
        raise SumRefused("no subset", f"{stranger} was not in the phase before")
    if shortage_of_sum(terms, graph, owners, members):
        raise SumRefused("too few", f"Only {len(members)} clients are left, too few to hide in their sum")


def _check_included(client: str, members: list[str]) -> None:
    if client not in members:
        raise SumRefused("left out", "The coordinator goes on without this client")


def _check_size(what: str, have: int, needed: int) -> None:
    if have < needed:
        raise SumRefused("too few", f"Only {have} clients are left after {what}, {needed} are needed")


def _require_same(same: bool, what: str) -> None:
    if not same:
        raise SumRefused("second message", f"The coordinator sent a second {what} in one attempt")


def _needed(value: Any | None) -> Any:  # noqa: ANN401
    if value is None:
        raise SumRefused("out of order", "The coordinator asked for a step whose turn it is not")
    return value


def _graph(terms: Terms, key_list: Message) -> Graph:
    return masking_graph(terms, key_list_digest(terms, key_list), [entry["client"] for entry in key_list["entries"]])


def _entry(key_list: Message, client: str) -> Message:
    return next(entry for entry in key_list["entries"] if entry["client"] == client)


def _held(of: str, shares: Shares) -> Message:
    return {"of": of, "maskKey": shares.mask_key, "seed": shares.seed}


def _digests(shares: Shares) -> Message:
    return {"maskKeyDigest": sha256(shares.mask_key), "seedDigest": sha256(shares.seed)}
