"""Ranks that are threads of one process: what they tell each other takes no time, and one that waits in vain is found out."""

import threading
from collections.abc import Callable
from typing import Any

import torch

from duet_client.ranks import Ranks

IN_VAIN_SECONDS = 10


class _Told:
    """What all have told, once all have."""

    def __init__(self, size: int) -> None:
        self.values: list[Any] = [None] * size
        self.met = threading.Barrier(size, timeout=IN_VAIN_SECONDS)


class ThreadRank(Ranks):
    """One of them."""

    def __init__(self, rank: int, told: _Told) -> None:
        self.rank, self.size, self._told = rank, len(told.values), told
        self.is_at_work, self.device = False, torch.device("cpu")

    def broadcast(self, value: Any) -> Any:
        return self._all(value)[0]

    def collect(self, value: Any) -> list[Any] | None:
        values = self._all(value)
        return values if self.leads else None

    def _all(self, value: Any) -> list[Any]:
        self._told.values[self.rank] = value
        self._told.met.wait()
        values = list(self._told.values)
        self._told.met.wait()
        return values


def outcomes(size: int, work: Callable[[Ranks], Any]) -> list[Any]:
    """What the work of each comes to, or what it raised."""
    told, found = _Told(size), [None] * size

    def run(rank: int) -> None:
        try:
            found[rank] = work(ThreadRank(rank, told))
        except Exception as error:
            found[rank] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(rank,), name=f"rank {rank}") for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
