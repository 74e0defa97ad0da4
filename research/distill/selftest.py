"""Checks the cutting and fitting on a small made-up teacher, without a network: `python3 -m research.distill --selftest`."""

import math
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from research.pretrain.checkpoint import save
from research.pretrain.model import CausalLm, ModelSize, initialise
from research.pretrain.train import Trainer, TrainingSettings
from research.pretrain.workspace import Workspace

from .compare import Candidate, losses
from .prune import STREAM_NORM, Cut, fitted, prune
from .residuals import teacher_residuals
from .teacher import TeacherFile, open_teacher
from .vocabulary import first_pieces

SIZE = ModelSize(vocabulary=96, layers=3, hidden=24, heads=6, key_value_heads=2, head=8, intermediate=40, context=128)
TEXTS = ["The disk's full; 1234567 bytes weren't written.", "  two  spaces,\n\n\ttabs and lines \n", "Fever and a dry cough since Monday."]
VOCABULARY = 4096


def selftest() -> None:
    """Runs the checks in order; raises AssertionError at the first that fails."""
    torch.set_num_threads(1)
    check_fit()
    check_whole()
    check_cut(made_up(SIZE))
    check_training(made_up(SIZE))
    check_loss()
    check_vocabulary()
    print("selftest passed")


def made_up(size: ModelSize) -> CausalLm:
    """A model of random weights whose layers change the stream much and whose norms are not one."""
    model = CausalLm(size)
    initialise(model, seed=2)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() < 2:
                weight.copy_(torch.linspace(0.5, 1.5, len(weight)))
            elif "o_proj" in name or "down_proj" in name:
                weight.mul_(20)
    return model.eval().requires_grad_(False)


def check_fit() -> None:
    """A linear map is found again from its outputs, also when the first position of every row is far off."""
    generator = torch.Generator().manual_seed(1)
    features, matrix = torch.randn(8, 20, 5, generator=generator), torch.randn(3, 5, generator=generator)
    target = features @ matrix.T
    target[:, 0] = 5.0
    difference = (fitted(features, torch.zeros_like(target), target) - matrix).abs().max().item()
    assert difference < 0.02, difference
    print("fit: the map that made the data")


def check_whole() -> None:
    """Of a teacher of one layer, with all heads and neurons kept, the fit finds the function again, but for the ridge."""
    size = replace(SIZE, layers=1)
    teacher, ids = made_up(size), sample(80)
    scale = STREAM_NORM / teacher_residuals(teacher, ids, [1]).at[1].norm(dim=-1).median()
    for name, weight in teacher.named_parameters():
        if "embed_tokens" in name or "o_proj" in name or "down_proj" in name:
            weight.mul_(scale)  # The fit then wants the teacher's own scale.
    student = prune(teacher, size, [Cut(0, 1)], teacher_residuals(teacher, ids, [1]))
    with torch.no_grad():
        wanted, found = teacher(ids)[:, 1:], student(ids)[:, 1:]
    error = ((wanted - found).square().mean().sqrt() / wanted.std()).item()
    assert error < 0.05, error
    print(f"nothing cut: logits within {error:.4f} of their spread")


def check_cut(teacher: CausalLm) -> None:
    """Half the heads and a smaller vocabulary give the asked shapes and the teacher's rows of the embedding."""
    size = replace(SIZE, vocabulary=64, layers=2, heads=3, key_value_heads=1, intermediate=16)
    ids = sample(20) % size.vocabulary
    student = prune(teacher, size, [Cut(0, 1), Cut(2, 3)], teacher_residuals(teacher, ids, [1, 3]))
    assert torch.equal(student.model.embed_tokens.weight, teacher.model.embed_tokens.weight[:64])
    assert student(ids).shape == (20, 32, 64)
    print("cut: the asked shapes")


def check_training(teacher: CausalLm) -> None:
    """Training begins with the given weights, goes on exactly after a stop, and lowers the loss."""
    with tempfile.TemporaryDirectory() as folder:
        work = Workspace(Path(folder))
        np.tile(np.arange(8, 32, dtype="<u2"), 200).tofile(work.tokens)
        save(work.initial, {"size": asdict(SIZE), "model": teacher.state_dict()})
        settings = TrainingSettings(rows=4, length=32, tokens=100 * 4 * 32)
        trainer = Trainer(work, SIZE, settings)
        assert all(torch.equal(ours, given) for ours, given in zip(trainer.model.parameters(), teacher.parameters(), strict=True))
        losses = [trainer.step() for _ in range(30)]
        trainer.save()
        expected = [trainer.step() for _ in range(5)]
        resumed = Trainer.resumed(work, settings)
        assert [resumed.step() for _ in range(5)] == expected
        assert expected[-1] < losses[0] - 0.1, (losses, expected)
    print("training: from the given weights, the same after resuming")


def check_loss() -> None:
    """A model that knows nothing has log V nats a token; two-character tokens make it half of that a character."""
    model = made_up(SIZE)
    model.model.embed_tokens.weight.zero_()
    pairs = Candidate("knows nothing", model, lambda text: [5] * (len(text) // 2))
    token, character = losses(pairs, ["ab" * 200] * 4)
    assert abs(token - math.log(SIZE.vocabulary)) < 1e-5, token
    assert abs(character / token - 804 / 1604) < 1e-6, character  # 800 tokens and 4 end pieces; 1,600 characters and 4 ends
    print("loss: a token and a character")


def check_vocabulary() -> None:
    """The first pieces of the real tokenizer are a tokenizer with the same ids; only where the package is installed."""
    try:
        teacher: TeacherFile = open_teacher()
    except SystemExit as missing:
        print(f"vocabulary: NOT CHECKED. {missing}")
        return
    whole, part = first_pieces(teacher, len(teacher.pieces)), first_pieces(teacher, VOCABULARY)
    for text in TEXTS:
        ids = part.encode(text, add_special_tokens=False).ids
        assert max(ids) < VOCABULARY and part.decode(ids) == text, text
        assert whole.decode(ids) == text, text
        assert len(whole.encode(text, add_special_tokens=False).ids) <= len(ids), text
    print("vocabulary: the first pieces have the teacher's ids")


def sample(rows: int) -> torch.Tensor:
    """Ids [rows, 32] from a seed."""
    return torch.randint(0, SIZE.vocabulary, (rows, 32), generator=torch.Generator().manual_seed(4))
