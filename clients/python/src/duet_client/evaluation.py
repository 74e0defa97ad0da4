"""Measures an adapter on rows, without gradients; as `lora-engine/training/evaluateAdapter.ts`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from duet_client.adapter import Adapter
from duet_client.base_model import ActiveAdapter, Example, LabelTask
from duet_client.outlines import Outline
from duet_client.random_stream import Uniform, shuffled

EVALUATION_ROWS = 32

Score = Callable[[Sequence[Outline], Adapter | None], tuple[list[float], list[int]]]
"""Losses and chosen labels of a client's rows with an adapter, in their order, wherever the rows are."""


@dataclass(frozen=True)
class Evaluation:
    """Mean loss over scored units in nats, share of right answers, unweighted mean of F1 over the labels that occur."""

    loss: float
    accuracy: float
    macro_f1: float
    rows: int


def row_losses(task: LabelTask, examples: Sequence[Example], adapter: ActiveAdapter | None) -> tuple[list[float], list[int]]:
    """Loss, summed over units, and predicted label of every example, in their order; rows of like length go together."""
    losses, predicted = [0.0] * len(examples), [0] * len(examples)
    ordered = sorted(range(len(examples)), key=lambda place: len(examples[place].tokens))
    for start in range(0, len(ordered), EVALUATION_ROWS):
        places = ordered[start : start + EVALUATION_ROWS]
        found, labels = task.score([examples[place] for place in places], adapter)
        for place, loss, label in zip(places, found, labels, strict=True):
            losses[place], predicted[place] = loss, label
    return losses, predicted


def evaluate(score: Score, rows: Sequence[Outline], adapter: Adapter | None) -> Evaluation:
    """Figures of an adapter; of the untouched base without one."""
    losses, predicted = score(rows, adapter)
    actual = [row.label for row in rows]
    scores: list[float] = []
    for label in sorted({*actual, *predicted}):
        hits = sum(a == p == label for a, p in zip(actual, predicted, strict=True))
        scores.append(2 * hits / (actual.count(label) + predicted.count(label)))
    right = sum(a == p for a, p in zip(actual, predicted, strict=True))
    loss = sum(losses) / sum(row.units for row in rows)
    return Evaluation(loss, right / len(actual), sum(scores) / len(scores), len(actual))


def stratified_sample(rows: Sequence[Outline], count: int, uniform: Uniform) -> list[Outline]:
    """Return `count` of them in their order, every label with its share, as `lora-core/data/stratifiedSample.ts`."""
    if len(rows) <= count:
        return list(rows)
    strata: dict[int, list[int]] = {}
    for place in shuffled(range(len(rows)), uniform):
        strata.setdefault(rows[place].label, []).append(place)
    shares = [(stratum, *divmod(count * len(stratum), len(rows))) for stratum in strata.values()]
    spare = count - sum(whole for _, whole, _ in shares)
    ordered = sorted(shares, key=lambda share: -share[2])
    chosen = {place for at, (stratum, whole, _) in enumerate(ordered) for place in stratum[: whole + (at < spare)]}
    return [row for place, row in enumerate(rows) if place in chosen]
