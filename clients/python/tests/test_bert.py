"""BERT and RoBERTa as encoders: what transformers, sentence-transformers and PEFT compute with the same files."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest
import torch
from conftest import ROOT, Federation, client, ended
from safetensors.torch import load_file

from duet_client.adapter import adapter_layout
from duet_client.base_model import ActiveAdapter, Example
from duet_client.bert import Bert

FIXTURES = ROOT / "packages/lora-core/fixtures/bert"
TARGETS = ["query", "key", "value", "output.dense", "intermediate.dense"]
SETTINGS = {
    "bert": {"pooling": "mean", "maxTokens": 24, "prompt": "query: "},
    "roberta": {"pooling": "cls", "maxTokens": 24, "prompt": ""},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_tokens_vectors_loss_and_gradients_are_theirs(name: str) -> None:
    base = Bert(FIXTURES / name, {"sentence_transformers": SETTINGS[name]}, torch.device("cpu"))
    batch = json.loads((FIXTURES / name / "batch.json").read_text(encoding="utf-8"))
    expected = load_file(FIXTURES / name / "expected.safetensors")
    rows = [base.tokens_of(text, 100) for text in batch["texts"]]
    assert rows == batch["rows"]
    assert [base.tokens_of(label, 100) for label in batch["labels"]] == batch["labelRows"]
    assert (base.embed(rows, None) - expected["embeddings"]).abs().max() < 1e-5
    layout = adapter_layout(base.linears, {"targetModules": TARGETS, "rank": batch["rank"]})
    # The same modules, in the same order as the TypeScript client has them.
    assert list(layout) == [key for key in layout if key in expected]
    assert len(layout) == sum("lora_" in key and not key.endswith(".grad") for key in expected)
    factors = {key: expected[key].clone().requires_grad_() for key in layout}
    active = ActiveAdapter(factors, batch["alpha"] / batch["rank"])
    task = base.label_task(batch["labels"])
    examples = [Example(row, answer) for row, answer in zip(rows, batch["answers"], strict=True)]
    loss = task.losses(examples, active).mean()
    assert loss.item() == pytest.approx(expected["loss"].item(), rel=1e-5)
    loss.backward()
    for key, values in factors.items():
        assert values.grad is not None
        theirs = expected[f"{key}.grad"]
        assert (values.grad - theirs).abs().max() < 1e-3 * theirs.abs().max(), key


def test_it_takes_part(federation: Callable[..., Federation], run: Callable[[list[str]], Popen[str]], tmp_path: Path) -> None:
    small = federation(base="../packages/lora-core/fixtures/bert/bert", minClients=1, rounds=1, innerSteps=2, localSteps=2)
    code, words = ended(run(client(small, 0, tmp_path)))
    assert code == 0, words
    assert small.snapshot()["phase"] == "finished"


def test_a_long_text_keeps_the_pieces_around_it() -> None:
    base = Bert(FIXTURES / "bert", {"sentence_transformers": SETTINGS["bert"]}, torch.device("cpu"))
    long, short = base.tokens_of("the nurse wrote " * 40, 10), base.tokens_of("", 10)
    assert len(long) == 10
    assert (long[0], long[-1]) == (short[0], short[-1])
    assert base.max_tokens == 24
