"""What this client computes is what the TypeScript client computes of the same."""

import base64
import json
import math
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import ROOT

from duet_client.adapter import OWN_PROTOTYPES, Adapter, adapter_layout, decode_adapter, encode_adapter, initial_adapter
from duet_client.client_rows import ClientRows, whole_rows
from duet_client.encoder import Encoder
from duet_client.kept_trainings import KeptTrainings
from duet_client.random_stream import random_stream, shuffled
from duet_client.ranks import Ranks
from duet_client.refusals import refusal
from duet_client.rows import Row
from duet_client.run_round import Client, Held, run_round
from duet_client.team import prepare
from duet_client.training import Position, TrainingOutcome, TrainingRun, train_adapter
from duet_client.upload_codec import FORMATS, encode_upload
from duet_client.work_share import plan_for_share

Golden = dict[str, Any]
USE_LITE = ROOT / "models" / "use-lite"


def rows_of(golden: Golden) -> list[Row]:
    return [Row(row["input"], row["answer"]) for row in golden["rows"]]


def client_rows(golden: Golden) -> ClientRows:
    return whole_rows(rows_of(golden), golden["config"]["seed"])


@pytest.fixture(scope="session")
def client(golden: Golden) -> Client:
    return prepare(golden["config"], USE_LITE, client_rows(golden), Ranks())


def distance(ours: Adapter, theirs: str) -> float:
    """Largest of the factors' distances, relative to its norm. Single values differ more: AdamW divides by tiny gradients."""
    wanted = decode_adapter(base64.b64decode(theirs), {key: (len(values), values.shape[1]) for key, values in ours.items()})
    return max((float((values - wanted[key]).norm() / wanted[key].norm()) for key, values in ours.items()), default=0.0)


def moved(adapter: Adapter, start: Adapter | None) -> Adapter:
    return {key: values + start[key] for key, values in adapter.items()} if start else adapter


def is_near(ours: float | None, theirs: float | None) -> bool:
    return ours is theirs if ours is None or theirs is None else math.isclose(ours, theirs, rel_tol=1e-3)


def test_draws_and_order(golden: Golden) -> None:
    uniform = random_stream(5, "a", 2, "é𓀀")
    assert [uniform() for _ in golden["draws"]] == golden["draws"]
    assert shuffled(range(20), random_stream(1, "order")) == golden["shuffled"]


def test_plans_of_slower_clients(golden: Golden) -> None:
    shares = golden["shares"]
    assert [entry["share"] for entry in shares["plans"]] == [1, 0.75, 0.25, 1 / 64]
    for entry in shares["plans"]:
        ours, theirs = plan_for_share(shares["plan"], entry["share"], shares["warmupSteps"]), entry["plan"]
        assert ours["upload"].pop("scale", 1) == pytest.approx(theirs["upload"].pop("scale", 1), rel=1e-12)
        assert ours == theirs


def test_split_and_seed_of_the_same_rows(golden: Golden) -> None:
    rows = client_rows(golden)
    assert asdict(rows.split) == golden["split"]
    assert rows.seed == golden["clientSeed"]


def test_initial_adapter_bit_for_bit(golden: Golden, client: Client) -> None:
    assert encode_adapter(initial_adapter(client.layout, golden["config"]["seed"])) == base64.b64decode(golden["initial"])


@pytest.mark.parametrize("name", ["int8", "int4"])
def test_blocks_byte_for_byte(golden: Golden, name: str) -> None:
    class Quarter:
        def random(self, shape: tuple[int, ...]) -> np.ndarray:
            return np.full(shape, 0.25)

    values = np.frombuffer(base64.b64decode(golden["values"]), dtype="<f4")
    blob = FORMATS[name].encode(values, Quarter())  # type: ignore[arg-type]
    assert blob == base64.b64decode(golden[name])
    assert np.abs(FORMATS[name].decode(blob, values.size) - values).max() < np.abs(values).max() / FORMATS[name].largest * 1.001


def test_what_rounding_loses_goes_into_the_next_upload() -> None:
    adapter = {"m.lora_A.weight": torch.randn(2, 64), "m.lora_B.weight": torch.zeros(8, 2)}
    plan, coding = {"form": "difference", "part": "all"}, {"format": "int4", "topK": None}
    generator, residual = np.random.default_rng(1), None
    sent = torch.zeros(2, 64)
    for _ in range(50):
        blob, residual = encode_upload(plan, coding, adapter, adapter, residual, generator)
        decoded = FORMATS["int4"].decode(blob, 144)[:128].reshape(2, 64)
        sent += torch.from_numpy(decoded)
    assert (sent / 50 - adapter["m.lora_A.weight"]).abs().max() < 0.02


def test_embeddings_of_the_shipped_graph() -> None:
    fixture = json.loads((ROOT / "packages/lora-engine/fixtures/encoder/embeddings.json").read_text(encoding="utf-8"))
    encoder = Encoder(USE_LITE, torch.device("cpu"))
    assert [encoder.tokens_of(text, 128) for text in fixture["texts"]] == fixture["ids"]
    embedded = encoder.embed(fixture["ids"], None)
    assert (embedded - torch.tensor(fixture["embeddings"])).abs().max() < 1e-5


def test_a_federation_from_local_learning_to_fusion(golden: Golden, client: Client) -> None:
    """Learning alone, three rounds and the fusion: factors to 1e-3 of their norm, figures, and the same weights."""
    runs_alike(golden, client)


def test_a_causal_language_model_learns_the_same(golden: Golden) -> None:
    """The base loaded by transformers: learning alone, a round and the fusion."""
    causal = golden["causal"]
    runs_alike(causal, prepare(causal["config"], ROOT / "models/duet-tiny", client_rows(golden), Ranks()))


@pytest.mark.parametrize("travel", ["shared", "personal"])
def test_label_prototypes_learn_the_same(golden: Golden, travel: str) -> None:
    """From a client's rows on the untouched base, at a rate of their own; sent where they travel."""
    labelled = golden["labelled"][travel]
    runs_alike(labelled, prepare(labelled["config"], USE_LITE, client_rows(golden), Ranks()))


def runs_alike(golden: Golden, client: Client) -> None:
    start = initial_adapter(client.layout, golden["config"]["seed"])
    held, is_first = Held(start, start), True
    for plan, theirs in zip(golden["plans"]["rounds"], golden["rounds"], strict=True):
        received = base64.b64decode(theirs["received"]) if theirs["received"] else None
        outcome = run_round(client, held, theirs["round"], plan["plan"], received, is_first, lambda _: None)
        held, is_first = outcome.held, False
        assert distance(held.personal, theirs["personal"]) < 1e-3
        if theirs["upload"]:
            assert outcome.upload is not None
            # Of a difference, the adapter that it leads to.
            sent = {key: shape for key, shape in client.layout.items() if key != OWN_PROTOTYPES}
            is_difference = plan["plan"]["upload"]["form"] == "difference"
            before = decode_adapter(received, sent) if received and is_difference else None
            ours, wanted = (
                moved(decode_adapter(blob, sent), before) for blob in (outcome.upload, base64.b64decode(theirs["upload"]))
            )
            assert max(float((ours[key] - wanted[key]).norm() / wanted[key].norm()) for key in sent) < 1e-3
        assert is_near(outcome.metrics["trainLoss"], theirs["metrics"]["trainLoss"])
        for figure in ("accuracy", "macroF1", "testLoss"):
            for slot, wanted in theirs["metrics"][figure].items():
                assert is_near(outcome.metrics[figure][slot], wanted), (figure, slot)
        assert outcome.metrics["testRows"] == theirs["metrics"]["testRows"]
        assert ("sample" in outcome.metrics) == ("sample" in theirs["metrics"])
        assert ("beforeAggregation" in theirs["metrics"]) == (plan["plan"]["stage"] == "federated")
        # Nothing has been learned before the first round's steps.
        assert ("alone" in theirs["metrics"]) == (theirs["round"] > 0)
        for beside in ("beforeAggregation", "alone"):
            ours, wanted = (of.get(beside, {}) for of in (outcome.metrics, theirs["metrics"]))
            assert ours.keys() == wanted.keys()
            assert all(is_near(ours[key], value) for key, value in wanted.items()), beside
        assert outcome.metrics["trainTokens"] == theirs["metrics"]["trainTokens"]
        # A process with PyTorch takes more, whatever it trains.
        assert outcome.metrics["peakMemory"] >= 2**26
        assert outcome.metrics["peakMemory"] % 2**24 == 0
    assert held.served is not None
    assert distance(held.served, golden["rounds"][-1]["served"]) < 1e-3
    fusion = golden["rounds"][-1]["metrics"]["fusion"]
    for name in ("personal", "shared", "evaluations", "forwardTokens"):
        assert outcome.metrics["fusion"][name] == pytest.approx(fusion[name])


def test_an_interrupted_training_goes_on_where_it_was(client: Client, tmp_path: Path) -> None:
    """With dropout, from the disk: bit for bit what an uninterrupted one comes to; not of a start that is another one."""
    config = {**client.config["training"], "warmupSteps": 3}
    lora = {**client.config["adapter"], "dropout": 0.25}
    start = initial_adapter(client.layout, 3)
    run = TrainingRun(start, 9, 5, "all", 1, start, start, 0.1)
    said: list[str] = []
    kept = KeptTrainings(tmp_path, said.append)

    def train(run: TrainingRun, last: int) -> TrainingOutcome | None:
        class Killed(Exception):
            pass

        def on_step(done: int, loss: float, tokens: int, position: Callable[[], Position]) -> None:
            kept.after_step(run, run.steps if done == last else done, position)
            if done == last < run.steps:
                raise Killed

        try:
            return train_adapter(client.task, client.train_rows, run, config, lora, Ranks(), on_step)
        except Killed:
            return None

    whole = train(run, 9)
    assert whole is not None
    kept.forget()
    assert kept.find(run) is None
    assert train(run, 4) is None
    resumed = train(replace(run, begun=kept.find(run)), 9)
    assert said == ["Goes on at step 4 of 9."]
    assert resumed is not None
    assert (resumed.mean_loss, resumed.tokens) == (whole.mean_loss, whole.tokens)
    for key, values in whole.adapter.items():
        assert values.equal(resumed.adapter[key]), key
    # A finished training is not made again, and one from another start begins anew.
    again = train(replace(run, begun=kept.find(run)), 9)
    assert again is not None
    assert all(values.equal(again.adapter[key]) for key, values in whole.adapter.items())
    assert kept.find(replace(run, start=whole.adapter)) is None


def test_what_is_lacking_is_named(golden: Golden) -> None:
    model = {"source": {"kind": "coordinator"}, "config": {"model_type": "use-lite"}, "files": []}
    config = {**golden["config"], "model": model}
    plans = golden["plans"]
    assert refusal(config, plans) is None
    step = {**plans["rounds"][0]["plan"]["steps"][0], "balanced": True, "distill": {}}
    both = {"kind": "trainBoth", "budget": step["budget"], "personal": {}, "shared": {}}
    plan = {**plans["rounds"][0]["plan"], "steps": [step, both], "receive": {"part": "all", "extra": "merged"}}
    assert refusal({**config, "statistics": "goOn"}, plans) is None
    private = {**config, "training": {**config["training"], "privacy": {"epsilon": 8, "clip": 1}}}
    lacking = refusal(private, {"label": "Magic", "rounds": [{"plan": plan}]})
    assert lacking is not None
    named = (
        "differential privacy",
        'distillation (method "Magic")',
        "balanced softmax",
        "merged updates",
        "two adapters on the same batches",
    )
    for what in named:
        assert what in lacking


def test_a_target_that_is_not_there_is_refused(client: Client) -> None:
    with pytest.raises(Exception, match="no module called nothing"):
        adapter_layout(client.task.encoder.linears, {"targetModules": ["nothing"], "rank": 2})
