"""Measures an adapter on examples, without gradients; as `lora-engine/training/evaluateAdapter.ts`."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from duet_client.encoder import ActiveAdapter, Example, LabelTask

EVALUATION_ROWS = 32


@dataclass(frozen=True)
class Evaluation:
    """Mean loss in nats, share of right answers, unweighted mean of F1 over the labels that occur."""

    loss: float
    accuracy: float
    macro_f1: float


def row_losses(task: LabelTask, examples: Sequence[Example], adapter: ActiveAdapter | None) -> tuple[list[float], list[int]]:
    """Loss and predicted label of every example, in their order; rows of similar length are computed together."""
    losses, predicted = [0.0] * len(examples), [0] * len(examples)
    ordered = sorted(range(len(examples)), key=lambda place: len(examples[place].tokens))
    with torch.no_grad():
        for start in range(0, len(ordered), EVALUATION_ROWS):
            places = ordered[start : start + EVALUATION_ROWS]
            logits = task.logits([examples[place] for place in places], adapter).double().cpu()
            wanted = torch.tensor([examples[place].label for place in places])
            found = functional.cross_entropy(logits, wanted, reduction="none").tolist()
            for place, loss, label in zip(places, found, logits.argmax(dim=1).tolist(), strict=True):
                losses[place], predicted[place] = loss, label
    return losses, predicted


def evaluate(task: LabelTask, examples: Sequence[Example], adapter: ActiveAdapter | None) -> Evaluation:
    """Figures of an adapter; of the untouched base without one."""
    losses, predicted = row_losses(task, examples, adapter)
    actual = [example.label for example in examples]
    scores: list[float] = []
    for label in sorted({*actual, *predicted}):
        hits = sum(a == p == label for a, p in zip(actual, predicted, strict=True))
        scores.append(2 * hits / (actual.count(label) + predicted.count(label)))
    right = sum(a == p for a, p in zip(actual, predicted, strict=True))
    return Evaluation(sum(losses) / len(losses), right / len(actual), sum(scores) / len(scores))
