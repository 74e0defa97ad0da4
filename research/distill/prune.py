"""Cuts a few thin layers out of the teacher and fits what they write, in closed form, to the teacher's residual stream.

A layer of the small model takes the heads and neurons of one teacher layer that matter most, and stands for several: its output
matrices are ridge regressions onto the stream many layers further on. The embedding's first rows and the last norm stay as they are.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from research.pretrain.model import Block, CausalLm, ModelSize

from .residuals import Residuals

RIDGE = 1e-3  # times the mean diagonal of the features' Gram matrix
STREAM_NORM = 24.0  # the median norm of the stream behind the first layer; each further one adds half of it


@dataclass(frozen=True)
class Cut:
    """One layer of the small model: the teacher's layer it is cut from, and the teacher's depth it is fitted to."""

    layer: int
    depth: int


@torch.no_grad()
def prune(teacher: CausalLm, size: ModelSize, cuts: list[Cut], residuals: Residuals) -> CausalLm:
    """The small model. Layers are fitted one after the other, each on what the small model itself computes before it."""
    student = CausalLm(size).requires_grad_(False)
    student.model.embed_tokens.weight.copy_(teacher.model.embed_tokens.weight[: size.vocabulary])
    student.model.norm.weight.copy_(teacher.model.norm.weight)
    length = residuals.ids.shape[1]
    rotary = student.model.cos[:length], student.model.sin[:length]
    x = student.model.embed_tokens(residuals.ids)
    for index, cut in enumerate(cuts):
        target = scaled(residuals.at[cut.depth], STREAM_NORM * (1 + index / 2))
        x = fit_layer(block(student, index), block(teacher, cut.layer), x, target, rotary, fit_attention=index > 0)
        print(f"layer {index} from {cut.layer}: explains {explained(x, target):.3f} of the stream at depth {cut.depth}", flush=True)
    return student.requires_grad_(True)


def block(model: CausalLm, index: int) -> Block:
    """A layer of the model."""
    layer = model.model.layers[index]
    assert isinstance(layer, Block)
    return layer


def fit_layer(student: Block, teacher: Block, x: Tensor, target: Tensor, rotary: tuple[Tensor, Tensor], fit_attention: bool) -> Tensor:
    """Fills one layer and gives its output [R, T, D] for the stream `x`.

    The first layer keeps the teacher's output matrix of the attention, because its neurons read what that matrix writes.
    """
    mixed = teacher.self_attn.mixed(teacher.input_layernorm(x), *rotary)  # [R, T, H * E]
    queries, keys = chosen_head_rows(student, teacher, mixed)
    ours, theirs, norm = student.self_attn, teacher.self_attn, teacher.input_layernorm.weight
    ours.q_proj.weight.copy_(theirs.q_proj.weight[queries] * norm)
    ours.k_proj.weight.copy_(theirs.k_proj.weight[keys] * norm)
    ours.v_proj.weight.copy_(theirs.v_proj.weight[keys] * norm)
    ours.o_proj.weight.copy_(fitted(mixed[..., queries], x, target) if fit_attention else theirs.o_proj.weight[:, queries])
    x = x + ours.o_proj(mixed[..., queries])

    active = teacher.mlp.activations(teacher.post_attention_layernorm(x))  # [R, T, neurons]
    kept = chosen_neurons(active, teacher.mlp.down_proj.weight, student.mlp.down_proj.in_features)
    norm = teacher.post_attention_layernorm.weight
    student.mlp.gate_proj.weight.copy_(teacher.mlp.gate_proj.weight[kept] * norm)
    student.mlp.up_proj.weight.copy_(teacher.mlp.up_proj.weight[kept] * norm)
    student.mlp.down_proj.weight.copy_(fitted(active[..., kept], x, target))
    return x + student.mlp.down_proj(active[..., kept])


def chosen_head_rows(student: Block, teacher: Block, mixed: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of the query and of the key weights of the groups (a key-value head and its query heads) that write the most."""
    head = teacher.self_attn.head
    groups = teacher.self_attn.k_proj.out_features // head
    kept = student.self_attn.k_proj.out_features // head
    writes = [(part @ matrix.T).square().sum() for part, matrix in
              zip(mixed.chunk(groups, dim=-1), teacher.self_attn.o_proj.weight.chunk(groups, dim=1), strict=True)]
    chosen = torch.stack(writes).topk(kept).indices.sort().values
    rows = lambda total: torch.arange(total).view(groups, -1)[chosen].flatten()
    return rows(teacher.self_attn.q_proj.out_features), rows(teacher.self_attn.k_proj.out_features)


def chosen_neurons(active: Tensor, down: Tensor, count: int) -> Tensor:
    """The `count` neurons that write the most: root mean square of their output times the length of their column in `down` [D, neurons]."""
    writes = active.square().flatten(0, -2).mean(0).sqrt() * down.norm(dim=0)
    return writes.topk(count).indices.sort().values


def fitted(features: Tensor, x: Tensor, target: Tensor) -> Tensor:
    """W [D, F] that makes x + features W^T nearest to the target, by ridge regression.

    A position counts by the inverse of its target's length, since every reader of the stream normalises it. The first position of a
    row counts nothing: its stream is tens of times longer than all others, and no use to the prediction.
    """
    weight = importance(target)
    inputs = (features * weight).flatten(0, -2)
    outputs = ((target - x) * weight).flatten(0, -2)
    gram = inputs.T @ inputs
    gram += RIDGE * gram.diagonal().mean() * torch.eye(len(gram))
    return torch.linalg.solve(gram, inputs.T @ outputs).T


def importance(target: Tensor) -> Tensor:
    """Weights of the positions, [R, T, 1]."""
    weight = target.square().mean(-1, keepdim=True).rsqrt()
    weight[:, 0] = 0
    return weight


def scaled(stream: Tensor, norm: float) -> Tensor:
    """The stream with this median norm. Its scale is free, since every reader normalises; training wants weights of ordinary size."""
    return stream * (norm / stream.norm(dim=-1).median())


def explained(x: Tensor, target: Tensor) -> float:
    """Part of the target's variance that `x` explains, with the weights of the fit."""
    weight = importance(target)[:, 1:]
    wanted = target[:, 1:] * weight
    missing = (target - x)[:, 1:] * weight
    return (1 - missing.square().sum() / (wanted - wanted.mean((0, 1))).square().sum()).item()
