"""XLM-RoBERTa as an encoder: what transformers computes with a small random one that it makes here, and LoRA by its equation."""

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
import torch
from conftest import ROOT, Federation, client, ended
from plain_lora import add_lora
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
    layout = adapter_layout(base.linears, {"targetModules": TARGETS, "rank": RANK})
    plain = {key: (0.2 * torch.randn(shape)).requires_grad_() for key, shape in layout.items()}
    add_lora(model, plain, ALPHA / RANK)
    expected = functional.cross_entropy(TEMPERATURE * vectors(model, rows) @ targets.T, torch.tensor(ANSWERS))
    expected.backward()
    ours = {key: values.detach().clone().requires_grad_() for key, values in plain.items()}
    examples = [Example(row, answer) for row, answer in zip(rows, ANSWERS, strict=True)]
    loss = base.label_task(LABELS).losses(examples, ActiveAdapter(ours, ALPHA / RANK)).mean()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    loss.backward()
    for key, values in ours.items():
        assert values.grad is not None
        wanted = plain[key].grad
        assert wanted is not None
        assert (values.grad - wanted).abs().max() < 1e-3 * wanted.abs().max(), key


def test_it_takes_part(
    federation: Callable[..., Federation], run: Callable[[list[str]], Popen[str]], folder: Path, tmp_path: Path
) -> None:
    choices = {"minClients": 1, "rounds": 1, "innerSteps": 2, "localSteps": 2}
    small = federation(base=os.path.relpath(folder, ROOT / "models"), **choices)
    code, words = ended(run(client(small, 0, tmp_path)))
    assert code == 0, words
    assert small.snapshot()["phase"] == "finished"
