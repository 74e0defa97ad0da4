"""The inner optimiser: AdamW steps on one adapter over a client's own examples, data-parallel over the ranks."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import torch

from duet_client.adapter import Adapter, Part, is_prototypes, keys_of, scaled, stack_ranks
from duet_client.base_model import ActiveAdapter, Example, LabelTask
from duet_client.batches import batches
from duet_client.failure import Failure
from duet_client.learning_rate import rate_factor
from duet_client.outlines import Outline, share_of
from duet_client.random_stream import random_stream
from duet_client.ranks import Ranks

NO_ROW = Example([0, 0], 0)
"""With what a rank without a row of a batch passes along; it does not count."""
MOMENTS = ("exp_avg", "exp_avg_sq")
"""As PyTorch names them."""


@dataclass(frozen=True)
class Position:
    """Where a training is between two steps: enough to go on as if it had never been interrupted."""

    step: int
    values: Adapter
    """Of the part that is trained, with AdamW's two moments of each."""
    first: Adapter
    second: Adapter
    loss_sum: float
    tokens: int


@dataclass(frozen=True)
class TrainingRun:
    """One training of a plan, as plain data: it goes from rank 0 to all."""

    start: Adapter
    steps: int
    seed: int
    part: Part
    weight: float
    """Of the trained adapter in the forward pass."""
    beside: Adapter | None
    """A frozen adapter that is active beside it."""
    anchor: Adapter | None
    mu: float
    """With an anchor (mu / 2) |theta - anchor|^2 is added to the loss."""
    name: str = "train"
    """What tells it from another one with its seed."""
    span: dict[str, float] | None = None
    """Over which part of its fall the learning rate goes; None where it does not fall."""
    begun: Position | None = None
    """Where it was interrupted."""


@dataclass(frozen=True)
class TrainingOutcome:
    """The trained adapter; mean loss over the steps, nats; tokens read, padding not counted."""

    adapter: Adapter
    mean_loss: float
    tokens: int


class UnwantedError(Exception):
    """What is computed is for a round that is over, or that this client takes part in no more."""


OnStep = Callable[[int, float, int, Callable[[], Position]], None]
"""Steps done, loss of the last one, tokens read so far, and where it is then."""


def train_adapter(
    task: LabelTask,
    rows: Sequence[Outline],
    run: TrainingRun,
    config: dict[str, Any],
    lora: dict[str, Any],
    ranks: Ranks,
    on_step: OnStep = lambda *_: None,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> TrainingOutcome:
    """Take fresh AdamW steps with linear warm-up and global-norm clipping on a copy of the start.

    Every rank knows of the same rows and draws the same batches; each computes its share of every batch, and the sums of losses
    and gradients are those of the whole. Once `is_unwanted` on any of them, all of them end in the same step with UnwantedError.
    """
    device = task.encoder.device
    values = {key: tensor.clone().to(device) for key, tensor in run.start.items()}
    keys = keys_of(list(values), run.part)
    moving = [values[key].requires_grad_() for key in keys]
    anchors = None if run.anchor is None else [run.anchor[key].to(device) for key in keys]
    beside = run.beside and {key: tensor.to(device) for key, tensor in run.beside.items()}
    scale = lora["alpha"] / lora["rank"]
    prototype_rate = lora.get("prototypes", {}).get("rate", 1)
    groups = [{"params": [values[key]], "rate": prototype_rate if is_prototypes(key) else 1} for key in keys]
    optimizer = torch.optim.AdamW(groups, lr=config["learningRate"], weight_decay=config["weightDecay"])
    stream = batches(rows, config["batchSize"], random_stream(run.seed, "batches"))
    loss_sum, tokens, begin = 0.0, 0, 0
    if run.begun is not None:
        _go_on(optimizer, dict(zip(keys, moving, strict=True)), run.begun)
        loss_sum, tokens, begin = run.begun.loss_sum, run.begun.tokens, run.begun.step

    def position(done: int) -> Position:
        now = {key: values[key].detach().cpu().clone() for key in keys}
        first, second = ({key: optimizer.state[values[key]][name].cpu().clone() for key in keys} for name in MOMENTS)
        return Position(done, now, first, second, loss_sum, tokens)

    for step, batch in enumerate(islice(stream, run.steps)):
        if step < begin:
            continue
        # Dropout draws anew at every step, and the same when a step is made again.
        torch.manual_seed(int(random_stream(run.seed, "dropout", step, ranks.rank)() * 2**32))
        share = [example for _, example in share_of(batch, ranks)]
        optimizer.zero_grad(set_to_none=False)
        loss = torch.zeros((), device=device)
        if share or task.encoder.is_sharded:
            active = ActiveAdapter(_active(values, run.weight, beside), scale, lora["dropout"])
            losses = task.losses(share or [NO_ROW], active)
            loss = losses.sum() * (1 if share else 0) / sum(row.units for row in batch)
            loss.backward()  # type: ignore[no-untyped-call]
        for tensor in moving:
            if tensor.grad is None:
                tensor.grad = torch.zeros_like(tensor)
        gradients = [tensor.grad for tensor in moving if tensor.grad is not None]
        total = loss.detach().clone()
        objections = torch.tensor(float(is_unwanted()), device=device)
        ranks.add_up([total, objections, *gradients])
        if objections > 0:
            raise UnwantedError
        if anchors is not None:
            for gradient, tensor, anchor in zip(gradients, moving, anchors, strict=True):
                gradient += run.mu * (tensor.detach() - anchor)
        torch.nn.utils.clip_grad_norm_(moving, config["clipNorm"])
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * config["learningRate"] * rate_factor(config["warmupSteps"], run.steps, run.span, step)
        optimizer.step()
        value = float(total)
        if not math.isfinite(value):
            raise Failure(f"The loss is not a number after step {step + 1}. Ask the organiser for a lower learning rate.")
        loss_sum += value
        tokens += sum(row.tokens for row in batch)
        on_step(step + 1, value, tokens, partial(position, step + 1))
    trained = {key: tensor.detach().cpu() for key, tensor in values.items()}
    return TrainingOutcome(trained, loss_sum / run.steps, tokens)


def _go_on(optimizer: torch.optim.Optimizer, moving: Adapter, begun: Position) -> None:
    """Put everything where it was."""
    for key, tensor in moving.items():
        with torch.no_grad():
            tensor.copy_(begun.values[key])
        moments = dict(zip(MOMENTS, (begun.first[key], begun.second[key]), strict=True))
        on_device = {name: moment.clone().to(tensor.device) for name, moment in moments.items()}
        optimizer.state[tensor] = {"step": torch.tensor(float(begun.step)), **on_device}


def _active(values: Adapter, weight: float, beside: Adapter | None) -> Adapter:
    """What the forward pass sees: the trained adapter, weighted, and what is beside it."""
    if weight == 1 and beside is None:
        return values
    weighted = scaled(values, weight)
    return weighted if beside is None else stack_ranks([weighted, beside])
