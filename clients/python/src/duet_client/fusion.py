"""AdaFusion: weights of the personal and the shared adapter, found without gradients; as `lora-core/fusion` has it.

Differs from paper: as the TypeScript client does (anchors, the confidence rule, the objective "error"), see docs/methods.md.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
Losses = Sequence[float]
"""Of every fusion row, in a fixed order, nats."""

EQUAL: Point = (0.5, 0.5)
ANCHORS: Sequence[Point] = ((1.0, 0.0), (0.0, 1.0), EQUAL, (0.0, 0.0))
FIRST_STEP = 0.25
TOLERANCE = 0.01


@dataclass(frozen=True)
class _Candidate:
    at: Point
    losses: Losses
    loss: float
    objective: float


def search_weights(config: dict[str, Any], units: Sequence[int], losses_at: Callable[[Point], Losses]) -> tuple[Point, int]:
    """Weights, and how many candidates were scored; a candidate that comes again is not. `units` are each row's scored ones."""
    known: dict[Point, Losses] = {}
    by_loss = config["objective"] == "loss"
    total = sum(units) if by_loss else len(units)

    def counted(at: Point) -> Losses:
        if at not in known:
            losses = losses_at(at)
            known[at] = losses if by_loss else [1 - math.exp(-loss / count) for loss, count in zip(losses, units, strict=True)]
        return known[at]

    candidates: list[_Candidate] = []

    def evaluate(at: Point) -> float | None:
        if len(candidates) >= config["maxEvaluations"]:
            return None
        if max(abs(at[0]), abs(at[1])) > config["bound"]:
            return math.inf
        losses = counted(at)
        mean = sum(losses) / total
        loss = mean if math.isfinite(mean) else math.inf
        objective = loss + float(config["l1"]) * (abs(at[0]) + abs(at[1])) / 2
        candidates.append(_Candidate(at, losses, loss, objective))
        return objective

    for anchor in ANCHORS:
        evaluate(anchor)
    start = min(candidates, key=lambda candidate: candidate.objective)
    best_anchor = min(candidates, key=lambda candidate: candidate.loss)
    _nelder_mead(start, evaluate)
    found = min((c for c in candidates if c.loss <= best_anchor.loss), key=lambda candidate: candidate.objective)
    equal = next((c for c in candidates if c.at is EQUAL and math.isfinite(c.loss)), found)
    chosen = found if _is_better(found.losses, equal.losses, config["confidence"]) else equal
    return chosen.at, len(known)


def _is_better(candidate: Losses, other: Losses, confidence: float) -> bool:
    """Whether the paired improvement exceeds so many standard errors."""
    if confidence == 0:
        return True
    gains = [theirs - ours for ours, theirs in zip(candidate, other, strict=True)]
    mean = sum(gains) / len(gains)
    variance = sum((gain - mean) ** 2 for gain in gains) / max(1, len(gains) - 1)
    return mean > confidence * math.sqrt(variance / len(gains))


def _nelder_mead(start: _Candidate, evaluate: Callable[[Point], float | None]) -> None:
    """Move a simplex downhill (Nelder and Mead 1965; 1, 2, 1/2, 1/2) until the budget is spent or it is small."""
    x, y = start.at
    edge = FIRST_STEP / math.sqrt(2)
    trade = edge if x > y else -edge
    simplex = [(start.objective, start.at)]
    for at in ((x + edge, y + edge), (x - trade, y + trade)):
        value = evaluate(at)
        if value is None:
            return
        simplex.append((value, at))
    while True:
        simplex.sort(key=lambda vertex: vertex[0])
        (best_value, best), (middle_value, middle), (worst_value, worst) = simplex
        if max(math.dist(best, middle), math.dist(best, worst)) < TOLERANCE:
            return
        centre = _along(best, middle, 0.5)
        reflected = _along(centre, worst, -1)
        value = evaluate(reflected)
        if value is None:
            return
        if value < best_value:
            expanded = _along(centre, worst, -2)
            further = evaluate(expanded)
            simplex[2] = (further, expanded) if further is not None and further < value else (value, reflected)
            continue
        if value < middle_value:
            simplex[2] = (value, reflected)
            continue
        contracted = _along(centre, worst, -0.5 if value < worst_value else 0.5)
        inner = evaluate(contracted)
        if inner is None:
            return
        if inner < min(value, worst_value):
            simplex[2] = (inner, contracted)
            continue
        for index in (1, 2):
            at = _along(best, simplex[index][1], 0.5)
            shrunk = evaluate(at)
            if shrunk is None:
                return
            simplex[index] = (shrunk, at)


def _along(start: Point, to: Point, factor: float) -> Point:
    return (start[0] + factor * (to[0] - start[0]), start[1] + factor * (to[1] - start[1]))
