"""From random weights: Muon for the matrices inside the blocks, AdamW for the embedding and the norms. From given weights: AdamW."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW, Optimizer

from .model import CausalLm

MUON_RATE, MUON_MOMENTUM, MUON_DECAY = 0.02, 0.95, 0.05
ADAM_RATE, ADAM_BETAS = 6e-3, (0.9, 0.95)
# For given weights, which large steps would destroy.
GIVEN_RATE, GIVEN_EMBEDDING_RATE, GIVEN_CLIP = 1e-3, 5e-4, 1.0
# Coefficients of the quintic iteration by Keller Jordan (2024), tuned for fast convergence towards singular values near one.
QUINTIC = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


class Muon(Optimizer):
    """Momentum whose every step is made nearly orthogonal (Jordan et al. 2024, "Muon"); for weights of two dimensions."""

    def __init__(self, weights: Iterable[Tensor], rate: float) -> None:
        super().__init__(weights, {"lr": rate})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """W := (1 - rate * decay) W - rate * sqrt(max(1, rows / columns)) * orthogonal(Nesterov momentum)."""
        for group in self.param_groups:
            for weight in group["params"]:
                momentum = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                momentum.mul_(MUON_MOMENTUM).add_(weight.grad)
                direction = orthogonalised(weight.grad.add(momentum, alpha=MUON_MOMENTUM))
                scale = max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5
                weight.mul_(1 - group["lr"] * MUON_DECAY).add_(direction, alpha=-group["lr"] * scale)


def orthogonalised(matrix: Tensor) -> Tensor:
    """The nearest matrix with orthonormal rows or columns, roughly, by a Newton-Schulz iteration; keeps the shape [R, C]."""
    a, b, c = QUINTIC
    x = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


def adamw(weights: Sequence[Tensor], rate: float) -> Optimizer:
    """AdamW without decay."""
    return AdamW(weights, lr=rate, betas=ADAM_BETAS, weight_decay=0.0)


class OptimizerPair:
    """Two optimisers as one, with a common factor on their rates."""

    def __init__(self, parts: list[tuple[Optimizer, float]], clip: float | None) -> None:
        self._parts, self._clip = parts, clip

    @classmethod
    def for_random_weights(cls, model: CausalLm) -> "OptimizerPair":
        """Muon and AdamW; no clipping."""
        matrices = [weight for name, weight in model.named_parameters() if weight.dim() == 2 and "embed_tokens" not in name]
        others = [weight for name, weight in model.named_parameters() if weight.dim() < 2 or "embed_tokens" in name]
        return cls([(Muon(matrices, MUON_RATE), MUON_RATE), (adamw(others, ADAM_RATE), ADAM_RATE)], clip=None)

    @classmethod
    def for_given_weights(cls, model: CausalLm) -> "OptimizerPair":
        """AdamW at two rates; the norm of all gradients is clipped."""
        embedding = [weight for name, weight in model.named_parameters() if "embed_tokens" in name]
        others = [weight for name, weight in model.named_parameters() if "embed_tokens" not in name]
        return cls([(adamw(others, GIVEN_RATE), GIVEN_RATE), (adamw(embedding, GIVEN_EMBEDDING_RATE), GIVEN_EMBEDDING_RATE)], GIVEN_CLIP)

    def step(self, factor: float) -> None:
        """One update with the rates times `factor`; forgets the gradients."""
        if self._clip is not None:
            weights = [weight for optimizer, _ in self._parts for group in optimizer.param_groups for weight in group["params"]]
            clip_grad_norm_(weights, self._clip)
        for optimizer, rate in self._parts:
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    def state_dict(self) -> list[dict]:
        """State of both, for a checkpoint."""
        return [optimizer.state_dict() for optimizer, _ in self._parts]

    def load_state_dict(self, states: list[dict]) -> None:
        """Puts back what `state_dict` gave."""
        for (optimizer, _), state in zip(self._parts, states, strict=True):
            optimizer.load_state_dict(state)
