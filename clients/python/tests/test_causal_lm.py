"""Bases of transformers: what PEFT computes with the same adapter (lora-engine and this client are held to the same values)."""

import json
from pathlib import Path

import pytest
import torch
from conftest import ROOT
from safetensors.torch import load_file

from duet_client.adapter import adapter_layout
from duet_client.base_model import ActiveAdapter
from duet_client.causal_lm import CausalLm
from duet_client.failure import Failure

FIXTURES = ROOT / "packages/lora-core/fixtures/causalLm"
LLAMA = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
GPT2 = ["c_attn", "c_proj", "c_fc"]


@pytest.mark.parametrize("name", ["grouped", "biased", "llama3-scaled", "qwen2", "qwen3", "gpt2"])
def test_logits_loss_and_gradients_are_those_of_peft(name: str) -> None:
    base = CausalLm(FIXTURES / name, torch.device("cpu"))
    batch = json.loads((FIXTURES / name / "batch.json").read_text())
    expected = load_file(FIXTURES / name / "expected.safetensors")
    rows, starts = batch["rows"], batch["answerStarts"]
    layout = adapter_layout(base.linears, {"targetModules": GPT2 if name == "gpt2" else LLAMA, "rank": batch["rank"]})
    assert set(layout) == {key for key in expected if "lora_" in key and not key.endswith(".grad")}
    factors = {key: expected[key].clone().requires_grad_() for key in layout}
    assert {key: tuple(values.shape) for key, values in factors.items()} == layout
    active = ActiveAdapter(factors, batch["alpha"] / batch["rank"])
    lengths = [len(row) for row in rows]
    for adapter, wanted in ((None, "logits"), (active, "adapted_logits")):
        found = base.logits(rows, lengths, adapter)
        theirs = torch.cat([expected[wanted][at, :length] for at, length in enumerate(lengths)])
        assert (found - theirs).norm() < 1e-4 * theirs.norm()
    units = [length - start for length, start in zip(lengths, starts, strict=True)]
    logits = base.logits([row[:-1] for row in rows], units, active)
    answers = torch.tensor([token for row, count in zip(rows, units, strict=True) for token in row[-count:]])
    loss = torch.nn.functional.cross_entropy(logits, answers)
    assert loss.item() == pytest.approx(expected["loss"].item(), rel=1e-4)
    loss.backward()
    for key, values in factors.items():
        assert values.grad is not None
        assert (values.grad - expected[f"{key}.grad"]).norm() < 1e-3 * expected[f"{key}.grad"].norm(), key


def test_a_long_input_is_cut_and_labels_must_differ() -> None:
    base = CausalLm(ROOT / "models/duet-tiny", torch.device("cpu"))
    task = base.label_task(["error", "fine"])
    short, long = task.encode("all is well", "fine", 64), task.encode("the disk is full " * 40, "fine", 64)
    assert len(long.tokens) == 64
    # Separator and answer are the last tokens of both.
    assert long.tokens[-4:] == short.tokens[-4:]
    with pytest.raises(Failure, match="cannot be told apart"):
        base.label_task(["same", "same"])


def test_a_chat_template_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer_config.json").write_text('{"chat_template": "{{ messages }}"}')
    with pytest.raises(Failure, match="chat template"):
        CausalLm(tmp_path, torch.device("cpu"))
