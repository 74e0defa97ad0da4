"""Who masks with whom: up to 32 clients all with all, beyond that a ring with bounds (Bell et al. 2020); see `neighbours.ts`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duet_client.secure_aggregation.attempt import Terms, canonical_bytes, least_members, sha256, threshold_of

MAX_COMPLETE = 32
PRIVACY_BITS = 40
COMPLETENESS_BITS = 20
ONE_IN = 5
"""One of so many may be in league with the coordinator, and one of so many may vanish."""


@dataclass(frozen=True)
class Graph:
    """Neighbours of each client, ascending; shares of a secret that give it."""

    neighbours: Mapping[str, Sequence[str]]
    share_threshold: int

    def holders(self, client: str) -> list[str]:
        """Who holds a share of this client's secrets: itself and its neighbours, ascending."""
        return sorted([client, *self.neighbours[client]])


def masking_graph(terms: Terms, seed: bytes, clients: Sequence[str]) -> Graph:
    """Build the graph of these clients. `seed` is the digest of their key list, so that all find the same and nobody chose it."""
    sparse = sparse_degree(len(clients)) if terms.coordinator == "curious" and len(clients) > MAX_COMPLETE else None
    if sparse is None:
        everybody = sorted(clients)
        complete = {client: [other for other in everybody if other != client] for client in everybody}
        return Graph(complete, threshold_of(terms, len(clients)))
    degree, share_threshold = sparse
    ring = sorted(clients, key=lambda client: sha256(canonical_bytes("ring", seed, client)))
    steps = [step for step in range(-degree // 2, degree // 2 + 1) if step]
    around = {client: sorted(ring[(at + step) % len(ring)] for step in steps) for at, client in enumerate(ring)}
    return Graph(around, share_threshold)


def sparse_degree(clients: int) -> tuple[int, int] | None:
    """Degree and threshold for so many clients; None where only a complete graph has the bound."""
    few = clients // ONE_IN
    for degree in range(2, clients - 1, 2):
        if clients**2 * 2**degree << PRIVACY_BITS > 2 * ONE_IN**degree:
            continue
        draws = math.comb(clients - 1, degree)
        left = [_ways(clients, degree, clients - 1 - few, x) for x in range(degree + 1)]
        threshold, too_few = 0, 0
        for x, ways in enumerate(left):
            too_few += ways
            if clients * too_few << COMPLETENESS_BITS > draws:
                break
            threshold = x + 1
        too_many = sum(_ways(clients, degree, few, x) for x in range(threshold, degree + 1))
        if threshold >= 2 and clients * too_many << PRIVACY_BITS <= draws:
            return degree, threshold
    return None


def _ways(clients: int, degree: int, kind: int, x: int) -> int:
    """To have x of a kind among the neighbours, where `kind` of all others are."""
    return math.comb(kind, x) * math.comb(clients - 1 - kind, degree - x)


def shortage_of_sum(terms: Terms, graph: Graph, owners: Sequence[str], members: Sequence[str]) -> bool:
    """Whether a set that is to hide in one sum is too small, lacks holders of an owner's shares, or falls apart."""
    left = set(members)
    too_small = len(members) < least_members(terms, len(graph.neighbours))
    lacks_holders = any(len(left.intersection(graph.holders(owner))) < graph.share_threshold for owner in owners)
    return too_small or lacks_holders or _tied_together(graph, members) < len(members)


def _tied_together(graph: Graph, members: Sequence[str]) -> int:
    """How many the masks among them tie to the first."""
    open_ones, reached = set(members), list(members[:1])
    for client in reached:
        open_ones.discard(client)
        found = [neighbour for neighbour in graph.neighbours[client] if neighbour in open_ones]
        open_ones.difference_update(found)
        reached += found
    return len(reached)
