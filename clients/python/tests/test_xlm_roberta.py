"""XLM-RoBERTa as an encoder: what transformers and PEFT compute with a small random one that they make here."""

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
import torch
from conftest import ROOT, Federation, client, ended
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch.nn import functional
from transformers import AutoModel, PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

from duet_client.adapter import adapter_layout
from duet_client.base_model import ActiveAdapter, Example
from duet_client.bert import Bert

TEXTS = ["A fever of 39.5 degrees.", "Größere Häuser; naïve café", "ok", "病人发烧三天了", "a <mask> b </s> don't"]
LABELS = ["fever", "houses", "lost link"]
ANSWERS = [0, 1, 2, 0, 1]
CONTROL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
TARGETS = ["query", "key", "value", "output.dense", "intermediate.dense"]
RANK, ALPHA, TEMPERATURE, LONGEST = 4, 8, 16, 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of two layers with a unigram tokenizer, as a hub has them."""
    made = tmp_path_factory.mktemp("xlm-roberta")
    pieces = Tokenizer(models.Unigram())
    pieces.normalizer = normalizers.NFKC()
    pieces.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=140, special_tokens=CONTROL, unk_token="<unk>")
    pieces.train_from_iterator([*TEXTS, *LABELS], trainer)
    ends = [(name, CONTROL.index(name)) for name in ("<s>", "</s>")]
    pieces.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    named = {"unk_token": "<unk>", "pad_token": "<pad>", "cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, model_max_length=LONGEST, **named)
    tokenizer.save_pretrained(made)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=LONGEST + 2,
        type_vocab_size=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    torch.manual_seed(3)
    model = XLMRobertaModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape)
            parameter.copy_(1 + 0.3 * noise if name.endswith("LayerNorm.weight") else 0.35 * noise)
    model.save_pretrained(made)
    return made


def theirs(folder: Path) -> Any:
    return AutoModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32).eval()


def vectors(model: Any, rows: list[list[int]]) -> torch.Tensor:
    """Of each text by itself, without any padding."""
    means = [model(input_ids=torch.tensor([row])).last_hidden_state.mean(dim=1) for row in rows]
    return functional.normalize(torch.cat(means), dim=-1)


def test_tokens_vectors_loss_and_gradients_are_theirs(folder: Path) -> None:
    base = Bert(folder, {"model_type": "xlm-roberta"}, torch.device("cpu"))
    assert base.max_tokens == LONGEST
    rows = [base.tokens_of(text, LONGEST) for text in TEXTS]
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    assert rows == [tokenizer(text, split_special_tokens=True)["input_ids"] for text in TEXTS]
    assert len({len(row) for row in rows}) > 2
    labels = [base.tokens_of(label, LONGEST) for label in LABELS]
    model = theirs(folder)
    with torch.no_grad():
        assert (base.embed(rows, None) - vectors(model, rows)).abs().max() < 1e-5
        targets = vectors(model, labels)
    lora = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=TARGETS, task_type="FEATURE_EXTRACTION")
    adapted = get_peft_model(model, lora).eval()
    factors = {key: value for key, value in adapted.named_parameters() if "lora_" in key}
    with torch.no_grad():
        for value in factors.values():
            value.normal_(std=0.2)
    expected = functional.cross_entropy(TEMPERATURE * vectors(adapted, rows) @ targets.T, torch.tensor(ANSWERS))
    expected.backward()
    short = {key.removeprefix("base_model.model.").replace(".default", ""): value for key, value in factors.items()}
    layout = adapter_layout(base.linears, {"targetModules": TARGETS, "rank": RANK})
    assert set(layout) == set(short)
    ours = {key: short[key].detach().clone().requires_grad_() for key in layout}
    examples = [Example(row, answer) for row, answer in zip(rows, ANSWERS, strict=True)]
    loss = base.label_task(LABELS).losses(examples, ActiveAdapter(ours, ALPHA / RANK)).mean()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    loss.backward()
    for key, values in ours.items():
        assert values.grad is not None
        assert short[key].grad is not None
        assert (values.grad - short[key].grad).abs().max() < 1e-3 * short[key].grad.abs().max(), key


def test_it_takes_part(
    federation: Callable[..., Federation], run: Callable[[list[str]], Popen[str]], folder: Path, tmp_path: Path
) -> None:
    choices = {"minClients": 1, "rounds": 1, "innerSteps": 2, "localSteps": 2}
    small = federation(base=os.path.relpath(folder, ROOT / "models"), **choices)
    code, words = ended(run(client(small, 0, tmp_path)))
    assert code == 0, words
    assert small.snapshot()["phase"] == "finished"
