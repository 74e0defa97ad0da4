"""Interprets one round plan, as `lora-engine/training/runRound.ts`: receive, train, copy, measure, fuse, upload.

It knows no federated method by name. All work is on copies.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from duet_client.adapter import (
    Adapter,
    Layout,
    combined,
    decode_adapter,
    is_prototypes,
    layout_of,
    padded,
    part_of,
    scaled,
    stack_ranks,
    travelling,
)
from duet_client.base_model import LabelTask
from duet_client.batches import steps_of
from duet_client.evaluation import Evaluation, Score, evaluate, stratified_sample
from duet_client.fusion import Point, search_weights
from duet_client.outlines import Outline
from duet_client.own_rank import SHARED_RANK
from duet_client.peak_memory import peak_memory
from duet_client.random_stream import random_stream
from duet_client.training import TrainingOutcome, TrainingRun, UnwantedError
from duet_client.upload_codec import AS_THEY_ARE, encode_upload

ROUND_TEST_BATCHES, LEAST_TEST_ROWS = 3, 24
"""Test rows that every round measures, as `lora-engine/training/measureRound.ts` has it."""

Train = Callable[[TrainingRun, Callable[[int, float, int], None]], TrainingOutcome]
Progress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Held:
    """The adapters of a client between rounds; `served` after the fusing one."""

    personal: Adapter
    shared: Adapter
    residual: Adapter | None = None
    served: Adapter | None = None
    alone: Adapter | None = None
    """What learning alone has come to, for the comparison; never sent."""


@dataclass(frozen=True)
class Client:
    """A client ready for rounds."""

    config: dict[str, Any]
    layout: Layout
    task: LabelTask
    train_rows: Sequence[Outline]
    fusion_rows: Sequence[Outline]
    test_rows: Sequence[Outline]
    seed: int
    """Its own, see random_stream.ClientSeed."""
    train: Train
    score: Score
    prototypes: Callable[[], torch.Tensor]
    """Label prototypes [labels, D] of its training rows on the untouched base."""
    follow: Callable[[], None]
    """What ranks but the first do: their part of all that the first one asks for, until it has nothing more."""
    is_unwanted: Callable[[], bool] = lambda: False
    """Asked between the parts of a round."""


@dataclass(frozen=True)
class RoundOutcome:
    """What a round leaves behind, and what it sends."""

    held: Held
    upload: bytes | None
    metrics: dict[str, Any]


@dataclass
class _Report:
    sample: dict[str, Evaluation] = field(default_factory=dict)
    """Of the rows that every round measures."""
    on_all: dict[str, Evaluation] = field(default_factory=dict)
    fusion: dict[str, float] | None = None
    train_loss: float | None = None
    tokens: int = 0
    seconds: float = 0.0

    def metrics(self) -> dict[str, Any]:
        measured = self.on_all or self.sample
        return {
            "trainLoss": self.train_loss,
            **_same_rows(measured),
            "macroF1": _per_adapter(measured, "macro_f1"),
            **({"sample": _same_rows(self.sample)} if self.on_all else {}),
            **_beside(self.sample, "beforeAggregation"),
            "fusion": self.fusion,
            "trainTokens": self.tokens,
            "trainSeconds": self.seconds,
            **_told("peakMemory", peak_memory()),
        }


def _told(name: str, figure: int | None) -> dict[str, int]:
    return {} if figure is None else {name: figure}


def _per_adapter(measured: dict[str, Evaluation], name: str) -> dict[str, float | None]:
    return {key: getattr(measured.get(key), name, None) for key in ("base", "personal", "shared", "fused")}


def _same_rows(measured: dict[str, Evaluation]) -> dict[str, Any]:
    rows = next((evaluation.rows for evaluation in measured.values()), 0)
    accuracy, loss = _per_adapter(measured, "accuracy"), _per_adapter(measured, "loss")
    return {"accuracy": accuracy, "testLoss": loss, "testRows": rows, **_beside(measured, "alone")}


def _beside(measured: dict[str, Evaluation], what: str) -> dict[str, Any]:
    found = measured.get(what)
    return {what: {"accuracy": found.accuracy, "testLoss": found.loss}} if found else {}


def run_round(
    client: Client,
    held: Held,
    number: int,
    plan: dict[str, Any],
    received: bytes | None,
    is_first: bool,
    progress: Progress,
) -> RoundOutcome:
    """Run the plan on copies of what is held. `is_first` until this client has finished a round.

    With UnwantedError once the client's `is_unwanted`.
    """
    report = _Report()
    start = _received(client.layout, held.shared, plan, received)
    before, now = held, replace(held, shared=start) if start else held
    compares, is_last = plan.get("alone", False), plan["stage"] == "fusing"
    if is_last or is_first:
        _measure(client, plan, "base", None, report)
    if compares and not is_last and now.alone:
        _measure(client, plan, "alone", now.alone, report)
    if start:
        _measure(client, plan, "shared", start, report)
    for index, step in enumerate(plan["steps"]):
        if step["kind"] == "copy":
            now = replace(now, **{step["to"]: getattr(now, step["from"])})
        else:
            now = replace(now, **{step["slot"]: _with_own_rows(client, getattr(now, step["slot"]))})
            now = replace(now, **{step["slot"]: _train(client, number, index, step, now, report, progress)})
            if compares:
                now = replace(now, alone=_train_alone(client, number, index, step, now.alone or held.personal, report, progress))
    if compares and is_last and now.alone:
        _measure(client, plan, "alone", now.alone, report)
    if plan.get("beforeAggregation"):
        _measure(client, plan, "beforeAggregation", now.shared, report)
    serve = plan["serve"]
    if now.personal is not before.personal or (serve and (serve["kind"] != "slot" or serve["slot"] == "personal")):
        _measure(client, plan, "personal", now.personal, report)
    if serve:
        now = replace(now, served=_serve(client, serve, now, report, progress))
        _measure(client, plan, "fused", now.served, report)
    blob = None
    if plan["upload"]:
        blob, residual = _upload(client, number, plan["upload"], start or before.shared, now)
        now = replace(now, residual=residual)
    return RoundOutcome(now, blob, report.metrics())


def _received(layout: Layout, shared: Adapter, plan: dict[str, Any], received: bytes | None) -> Adapter | None:
    """The shared adapter with the received part in its place."""
    if plan["receive"] is None:
        return None
    part_layout = {key: layout[key] for key in travelling(list(layout), plan["receive"]["part"])}
    return {**shared, **decode_adapter(received or b"", part_layout)}


def _with_own_rows(client: Client, adapter: Adapter) -> Adapter:
    """Label prototypes that nobody has put a row into yet start from this client's; else the same adapter."""
    empty = [key for key, values in adapter.items() if is_prototypes(key) and not values.any()]
    return {**adapter, **{key: client.prototypes() for key in empty}} if empty else adapter


def _train(
    client: Client, number: int, index: int, step: dict[str, Any], held: Held, report: _Report, progress: Progress
) -> Adapter:
    slot, other = step["slot"], "shared" if step["slot"] == "personal" else "personal"
    active = step.get("active")
    proximal = step.get("proximal")
    steps = steps_of(step["budget"], len(client.train_rows), client.config["training"]["batchSize"])
    run = TrainingRun(
        start=getattr(held, slot),
        steps=steps,
        seed=int(random_stream(client.seed, "train", number, index)() * 2**31),
        part=step.get("part", "all"),
        weight=active[slot] if active else 1,
        beside=scaled(getattr(held, other), active[other]) if active and active[other] else None,
        anchor=getattr(held, proximal["to"]) if proximal else None,
        mu=proximal["mu"] if proximal else 0.0,
        span=step.get("span"),
        name="alone" if slot == "alone" else "train",
    )
    began = time.monotonic()

    def on_step(done: int, loss: float, tokens: int) -> None:
        pace = tokens / max(1e-9, time.monotonic() - began)
        at = {"slot": slot, "planStep": index, "step": done, "steps": steps}
        progress({"activity": "training", **at, "loss": loss, "tokensPerSecond": pace})

    outcome = client.train(run, on_step)
    if slot != "alone":
        report.train_loss = outcome.mean_loss
    report.tokens += outcome.tokens
    report.seconds += time.monotonic() - began
    return outcome.adapter


def _train_alone(
    client: Client, number: int, index: int, step: dict[str, Any], alone: Adapter, report: _Report, progress: Progress
) -> Adapter:
    """As long as this training of the plan and on its batches, with nothing of the federation's in it."""
    start = _with_own_rows(client, alone)
    own = {"kind": "train", "slot": "alone", "budget": step["budget"], "span": step.get("aloneSpan")}
    return _train(client, number, index, own, Held(start, start, alone=start), report, progress)


def _measure(client: Client, plan: dict[str, Any], what: str, adapter: Adapter | None, report: _Report) -> None:
    """On the same few test rows in every round, and on all of them besides in the last one."""
    _go_on_if_wanted(client)
    if not client.test_rows:
        return
    count = max(LEAST_TEST_ROWS, ROUND_TEST_BATCHES * client.config["training"]["batchSize"])
    sample = stratified_sample(client.test_rows, count, random_stream(client.seed, "roundTestRows"))
    report.sample[what] = evaluate(client.score, sample, adapter)
    if plan["stage"] == "fusing" and len(sample) < len(client.test_rows):
        report.on_all[what] = evaluate(client.score, client.test_rows, adapter)


def _serve(client: Client, serve: dict[str, Any], held: Held, report: _Report, progress: Progress) -> Adapter:
    """The adapter that the client ends up with."""
    nothing = {"evaluations": 0, "forwardTokens": 0, "seconds": 0.0}
    if serve["kind"] == "slot":
        slot = serve["slot"]
        report.fusion = {"personal": float(slot == "personal"), "shared": float(slot == "shared"), **nothing}
        return held.personal if slot == "personal" else held.shared
    if serve["kind"] == "sum":
        weights = serve["weights"]
        report.fusion = {**weights, **nothing}
        return _summed(held, (weights["personal"], weights["shared"]))
    progress({"activity": "fusing"})
    search = serve["search"]
    began = time.monotonic()
    has_prototypes = any(is_prototypes(key) for key in held.shared)

    def losses_at(at: Point) -> list[float]:
        _go_on_if_wanted(client)
        candidate = None if at == (0, 0) and not has_prototypes else mixed(held, at, search["kind"])
        return client.score(client.fusion_rows, candidate)[0]

    (personal, shared), evaluations = search_weights(search, [row.units for row in client.fusion_rows], losses_at)
    tokens = evaluations * sum(row.tokens for row in client.fusion_rows)
    took = {"evaluations": evaluations, "forwardTokens": tokens, "seconds": time.monotonic() - began}
    report.fusion = {"personal": personal, "shared": shared, **took}
    return mixed(held, (personal, shared), search["kind"])


def _go_on_if_wanted(client: Client) -> None:
    if client.is_unwanted():
        raise UnwantedError


def mixed(held: Held, weights: Point, kind: str) -> Adapter:
    """Factors mixed separately, or both updates side by side ("product"); prototypes as an average: `lora-core/fusion/mix`."""
    factors = combined(weights, [held.personal, held.shared]) if kind == "factor" else _summed(held, weights)
    total = weights[0] + weights[1]
    own = weights[0] / total if total > 0 else 0.5
    return {
        key: own * held.personal[key] + (1 - own) * held.shared[key] if is_prototypes(key) else tensor
        for key, tensor in factors.items()
    }


def _summed(held: Held, weights: Point) -> Adapter:
    """One adapter of both updates."""
    if 0 in weights:
        return scaled(held.shared, weights[1]) if weights[0] == 0 else scaled(held.personal, weights[0])
    return stack_ranks([scaled(held.personal, weights[0]), scaled(held.shared, weights[1])])


def _upload(client: Client, number: int, upload: dict[str, Any], start: Adapter, held: Held) -> tuple[bytes, Adapter | None]:
    """What leaves. Its rounding draws are the round's, so that a round that is run again sends the same."""
    slot = held.personal if upload["slot"] == "personal" else held.shared
    scale = upload.get("scale", 1)
    change = slot if upload["form"] == "value" else combined([scale, -scale], [start, slot])
    generator = np.random.default_rng(int(random_stream(client.seed, "upload", number)() * 2**31))
    # A secure sum has a form of its own, in which nobody sees that a client has fewer ranks than others.
    is_plain = client.config["aggregation"] == "plain"
    coding = client.config["upload"] if is_plain else AS_THEY_ARE
    sent = part_of(change, upload["part"])
    shared = sent if is_plain else padded(sent, client.config.get(SHARED_RANK, rank_of(sent)))
    return encode_upload(upload, coding, shared, start, held.residual, generator)


def rank_of(adapter: Adapter) -> int:
    """R of an adapter."""
    return next(iter(layout_of(adapter).values()))[0]
