"""A client's own rank, where a federation lets its clients have fewer ranks than others (docs/adr/0077)."""

from typing import Any

from duet_client.adapter import of_rank
from duet_client.failure import Failure

SHARED_RANK = "sharedRank"
"""In the config of a client that has fewer: the rank that it fills up to before a secure sum."""


def checked_rank(config: dict[str, Any], wanted: int | None) -> int | None:
    """Take the rank that was asked for, None for the federation's. A Failure where it cannot be had."""
    rank = config["adapter"]["rank"]
    if wanted is None or wanted == rank:
        return None
    if "ranks" not in config:
        raise Failure(f"All clients have rank {rank} in this federation: leave --rank out.")
    if not 1 <= wanted < rank:
        raise Failure(f"The federation's rank is {rank}, and --rank {wanted} is not from 1 to that. Name another one.")
    return wanted


def with_rank(config: dict[str, Any], rank: int | None) -> dict[str, Any]:
    """Return the config as a client of this rank trains by it."""
    if rank is None:
        return config
    shared = {} if config["aggregation"] == "plain" else {SHARED_RANK: config["adapter"]["rank"]}
    return {**config, "adapter": of_rank(config["adapter"], rank), **shared}
