"""What this client learned alone against what it serves, on its own test rows."""

from dataclasses import dataclass
from math import comb
from typing import Any, Literal


@dataclass(frozen=True)
class AloneAgainstServed:
    """Rows that each got right."""

    alone: int
    served: int
    test_rows: int
    is_better: bool
    """Whether learning alone is told to be better, whichever rows they were: no chance, at 5 %."""


def alone_against_served(metrics: dict[str, Any]) -> AloneAgainstServed | None:
    """None where nothing is served yet, or one of them was not measured; in a text task, too."""
    alone, served, rows = metrics.get("alone", {}).get("accuracy"), metrics["accuracy"]["fused"], metrics.get("testRows", 0)
    if alone is None or served is None or rows == 0:
        return None
    right, other = _rounded(alone * rows), _rounded(served * rows)
    return AloneAgainstServed(right, other, rows, is_better(right, other, rows) == "yes")


def is_better(right: int, other_right: int, rows: int) -> Literal["yes", "no", "open"]:
    """By McNemar's exact test at 5 %, by the counts alone: "no" is chance and "yes" none, whichever rows they were."""
    ahead = right - other_right
    if ahead <= 0 or _chance_of(ahead, 0) >= 0.05:
        return "no"
    most_lost = min(other_right, rows - right)
    return "yes" if _chance_of(ahead + most_lost, most_lost) < 0.05 else "open"


def _chance_of(won: int, lost: int) -> float:
    """Two-sided: how often a fair coin is at least as uneven."""
    flips = won + lost
    return min(1.0, 2 * sum(comb(flips, k) for k in range(lost + 1)) / (1 << flips))


def _rounded(value: float) -> int:
    """As JavaScript rounds what is not negative."""
    return int(value + 0.5)
