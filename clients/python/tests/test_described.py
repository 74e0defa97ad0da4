"""Bases of any architecture: described, created on, trained by clients in Python, and computed as they should be."""

import json
import os
import urllib.request
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
import torch
from conftest import Federation, client, ended
from described import CAUSAL, ENCODER_DECODERS, ENCODERS, described, made
from peft import PeftModel
from plain_lora import add_lora
from safetensors.torch import load_file
from test_join import by_node, shared_adapters
from torch.nn import functional
from transformers import AutoModel, AutoModelForCausalLM

from duet_client.adapter import adapter_layout, decode_adapter, encode_adapter, initial_adapter
from duet_client.base_model import ActiveAdapter, load_base
from duet_client.client_rows import read_client_rows
from duet_client.describe import DESCRIPTION_FILE, describe
from duet_client.failure import Failure
from duet_client.invite import read_invite
from duet_client.ranks import Ranks
from duet_client.run_round import Held, run_round
from duet_client.team import prepare

Start = Callable[..., Federation]
Run = Callable[[list[str]], Popen[str]]
RANK, ALPHA = 4, 8
ROWS = [[5, 17, 80, 9, 301], [44, 6, 7], [1000, 2, 88, 91, 3, 12, 40]]


@pytest.mark.parametrize("kind", [*CAUSAL, *ENCODERS])
def test_what_is_computed_with_an_adapter_is_what_its_equation_says(tmp_path: Path, kind: str) -> None:
    folder = made(tmp_path, kind)
    description = describe(folder, None, None, "mean")
    layout = description["config"]["duet_layout"]
    base: Any = load_base(folder, description["config"], Ranks())
    lora = {"targetModules": layout["targets"], "rank": RANK}
    shapes = adapter_layout(base.linears, lora)
    assert len(shapes) == 2 * len(layout["modules"])
    torch.manual_seed(2)
    factors = {key: (0.3 * torch.randn(shape)).requires_grad_() for key, shape in shapes.items()}
    active = ActiveAdapter(factors, ALPHA / RANK)

    whole = (AutoModelForCausalLM if kind in CAUSAL else AutoModel).from_pretrained(folder).eval()
    plain = {key: values.detach().clone().requires_grad_() for key, values in factors.items()}
    add_lora(whole, plain, ALPHA / RANK)
    wanted = []
    for row in ROWS:
        found = whole(input_ids=torch.tensor([row]))
        wanted.append(
            found.logits[0] if kind in CAUSAL else functional.normalize(found.last_hidden_state[0].mean(dim=0), dim=-1)[None]
        )
    expected = torch.cat(wanted)
    ours = base.logits(ROWS, [len(row) for row in ROWS], active) if kind in CAUSAL else base.embed(ROWS, active)
    assert (ours - expected).norm() < 1e-4 * expected.norm()
    weights = torch.randn(expected.shape)
    (ours * weights).sum().backward()
    (expected * weights).sum().backward()
    for key, values in factors.items():
        gradient = plain[key].grad
        assert values.grad is not None
        assert gradient is not None
        assert (values.grad - gradient).norm() < 1e-3 * gradient.norm(), key
    untouched = base.logits(ROWS, [1] * 3, None) if kind in CAUSAL else base.embed(ROWS, None)
    assert not torch.allclose(untouched, base.logits(ROWS, [1] * 3, active) if kind in CAUSAL else ours, rtol=1e-2)


def test_a_base_is_described_without_its_weights(tmp_path: Path) -> None:
    folder = made(tmp_path, "mpnet")
    layout = describe(folder, None, None, "cls")["config"]["duet_layout"]
    assert (layout["family"], layout["hiddenSize"], layout["sentences"]["pooling"]) == ("encoder", 32, "cls")
    # The pooler's name would be "dense" for PEFT, as others' is.
    assert not any(name.startswith("pooler") for name, *_ in layout["modules"])
    assert "dense" not in layout["targets"]
    fewer = describe(folder, ["q", "v"], None, "mean")["config"]["duet_layout"]
    assert fewer["targets"] == ["q", "v"]
    assert len(fewer["modules"]) == 4
    with pytest.raises(Failure, match="no linear module called wq"):
        describe(folder, ["wq"], None, "mean")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(Failure, match=r"has no tokenizer\.json"):
        describe(folder, None, None, "mean")


def plans_of(federation: Federation) -> dict[str, Any]:
    invite = read_invite(federation.invite)
    asked = urllib.request.Request(
        f"{federation.url}/federations/{federation.federation_id}/plans", headers={"x-watch-token": invite.token}
    )
    with urllib.request.urlopen(asked) as answer:
        return dict(json.load(answer))


def mean_by_hand(federation: Federation, base: Path) -> dict[str, torch.Tensor]:
    """The adapter after the first shared round: the mean of what each client sends, computed here once more."""
    # As the clients compute, so that the numbers are theirs.
    torch.set_num_threads(1)
    config, plans = federation.snapshot()["config"], plans_of(federation)
    entry = next(entry for entry in plans["rounds"] if entry["plan"]["upload"])
    plan = entry["plan"]
    updates, weights = [], []
    for file in federation.files:
        rows = read_client_rows(file, ("text", "level"), config, Ranks(), "")
        one = prepare(config, base, rows, Ranks())
        initial = initial_adapter(one.layout, config["seed"])
        held = Held(initial, initial)
        for earlier in plans["rounds"][: plans["rounds"].index(entry)]:
            held = run_round(one, held, earlier["round"], earlier["plan"], None, True, lambda _: None).held
        is_first = entry is plans["rounds"][0]
        received = encode_adapter(initial) if plan["receive"] else None
        outcome = run_round(one, held, entry["round"], plan, received, is_first, lambda _: None)
        assert outcome.upload is not None
        update = decode_adapter(outcome.upload, one.layout)
        updates.append({key: values.double() for key, values in update.items()})
        weights.append(len(rows.split.train))
    mean = {key: sum(w * u[key] for w, u in zip(weights, updates, strict=True)) / sum(weights) for key in updates[0]}
    if plan["upload"]["form"] == "value":
        return mean
    return {key: initial[key].double() - values for key, values in mean.items()}


@pytest.mark.parametrize(("kind", "method"), [("mistral", "fedavg-finish"), ("opt", "fdlora"), ("distilbert", "fedavg-finish")])
def test_two_clients_from_a_description_to_adapters(federation: Start, run: Run, tmp_path: Path, kind: str, method: str) -> None:
    base = described(made(tmp_path, kind))
    choices = {"method": method, "rounds": 1, "upload": {"format": "f32", "topK": None}, "robustness": "none"}
    small = federation(clients=2, base=base, **choices)
    for code, words in map(ended, [run(client(small, index, tmp_path)) for index in (0, 1)]):
        assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    assert all(each["history"][-1]["metrics"]["accuracy"]["fused"] is not None for each in snapshot["clients"])
    one, other = shared_adapters(tmp_path, 2)
    assert all(values.equal(other[key]) for key, values in one.items())
    if method == "fedavg-finish":
        prefix = "base_model.model."
        for key, values in mean_by_hand(small, base).items():
            found = one[prefix + key]
            assert (found.double() - values).norm() <= 1e-5 * values.norm() + 1e-12, key
    whole = (AutoModelForCausalLM if kind in CAUSAL else AutoModel).from_pretrained(base).eval()
    adapted = PeftModel.from_pretrained(whole, tmp_path / "out-0" / "fused")
    loaded = {name: weight for name, weight in adapted.named_parameters() if "lora_" in name}
    written = load_file(tmp_path / "out-0" / "fused" / "adapter_model.safetensors")
    factors = {name: values for name, values in written.items() if "lora_" in name}
    assert len(loaded) == len(factors) > 0
    for name, weight in loaded.items():
        assert weight.equal(factors[name.replace(".default", "")]), name


def test_two_ranks_and_one_process_and_no_node(federation: Start, run: Run, tmp_path: Path) -> None:
    base = described(made(tmp_path, "mistral"))
    small = federation(clients=2, base=base, rounds=1, innerSteps=2, localSteps=2)
    code, words = ended(run(by_node(small, 0, tmp_path)))
    assert code == 1
    assert "Only clients in Python can train this base model (mistral)" in words
    assert "python -m duet_client join" in words
    assert small.snapshot()["clients"] == []
    programs = [run([*client(small, 0, tmp_path, ranks=2), "--shard-base"]), run(client(small, 1, tmp_path))]
    for code, words in map(ended, programs):
        assert code == 0, words
    assert small.snapshot()["phase"] == "finished"


def test_a_federation_is_created_on_a_base_that_nobody_serves(federation: Start, run: Run, tmp_path: Path) -> None:
    """From a file of settings; who joins has the base's files, and is told where they are not those."""
    base = described(made(tmp_path, "distilbert"))
    here = federation(clients=1)
    task = {"kind": "label", "labels": here.snapshot()["config"]["task"]["labels"]}
    model = json.loads((base / DESCRIPTION_FILE).read_bytes())
    settings = {"name": "Servers", "task": task, "model": model, "minClients": 1}
    small = {"rounds": 1, "localSteps": 2, "innerSteps": 2}
    (tmp_path / "settings.json").write_text(json.dumps({**settings, **small}), encoding="utf-8")
    duet = ["node", "--import", "tsx", "apps/headless/src/main.ts"]
    create = [*duet, "create", "--config", str(tmp_path / "settings.json"), "--coordinator", here.url, "--json"]
    code, words = ended(run(create))
    assert code == 0, words
    created = json.loads(words.splitlines()[-1])
    joining = Federation(here.process, here.url, created["federationId"], created["invite"], here.files)
    code, words = ended(run(client(joining, 0, tmp_path)))
    assert code == 1
    assert "Name the folder with its files by --model" in words
    other = made(tmp_path / "other", "mistral")
    code, words = ended(run([*client(joining, 0, tmp_path), "--model", str(other)]))
    assert code == 1
    assert "is not the file that the federation names" in words
    code, words = ended(run([*client(joining, 0, tmp_path), "--model", str(base)]))
    assert code == 0, words
    assert load_file(tmp_path / "out-0" / "fused" / "adapter_model.safetensors")


def refusal_of(folder: Path, family: str | None = None) -> str:
    with pytest.raises(Failure) as told:
        describe(folder, None, family, "mean")
    return told.value.told


@pytest.mark.parametrize("kind", ENCODER_DECODERS)
def test_what_clients_could_not_compute_is_refused_when_it_is_described(tmp_path: Path, kind: str) -> None:
    folder = made(tmp_path, kind)
    assert "is an encoder-decoder" in refusal_of(folder)
    assert "is an encoder-decoder" in refusal_of(folder, "encoder")
    # Also where it says that it is none, as what T5EncoderModel writes: AutoModel makes the whole of it.
    edit(folder / "config.json", architectures=["T5EncoderModel"], is_encoder_decoder=False)
    assert "is an encoder-decoder" in refusal_of(folder)


def test_a_class_that_is_neither_is_described_as_what_it_is_said_to_be(tmp_path: Path) -> None:
    folder = made(tmp_path, "gemma3")
    refusal = refusal_of(folder)
    assert "Gemma3ForConditionalGeneration" in refusal
    assert "--family" in refusal
    description = describe(folder, ["q_proj"], "causal-lm", "mean")
    # Its sizes are a level deeper.
    assert description["config"]["duet_layout"]["hiddenSize"] == 32
    base: Any = load_base(folder, description["config"], Ranks())
    theirs = AutoModelForCausalLM.from_pretrained(folder).eval()
    for row in ROWS:
        assert torch.allclose(base.logits([row], [len(row)], None), theirs(input_ids=torch.tensor([row])).logits[0], rtol=1e-4)
    edit(folder / "config.json", architectures=None)
    assert "--family" in refusal_of(folder)
    images = made(tmp_path, "vit")
    assert "reads no text" in refusal_of(images)


@pytest.mark.parametrize(("kind", "others"), [("mamba", "in_proj,x_proj"), ("deepseek_v2", "q_proj,kv_b_proj")])
def test_what_peft_would_not_adapt_is_refused_when_it_is_described(tmp_path: Path, kind: str, others: str) -> None:
    """Else a federation would end with adapters that nobody can load."""
    folder = made(tmp_path, kind)
    refusal = refusal_of(folder)
    assert {"mamba": "out_proj", "deepseek_v2": "gate_proj, up_proj, down_proj"}[kind] in refusal
    assert "by --target-modules" in refusal
    described = describe(folder, others.split(","), None, "mean")
    assert described["config"]["duet_layout"]["targets"] == others.split(",")
    assert load_base(folder, described["config"], Ranks()).linears


def edit(file: Path, **fields: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **fields}, ensure_ascii=False), encoding="utf-8")


def test_files_are_utf_8_whatever_the_machine_speaks(tmp_path: Path) -> None:
    folder = made(tmp_path, "distilbert")
    edit(folder / "config.json", id2label={"0": "过敏"})
    english = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    described(folder, env=english)
    description = json.loads((folder / DESCRIPTION_FILE).read_bytes())
    assert description["config"]["id2label"] == {"0": "过敏"}
