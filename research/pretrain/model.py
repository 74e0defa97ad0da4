"""The decoder: the Llama layout of Hugging Face, so that parameter names here are the names in model.safetensors.

Pre-norm blocks with RMSNorm, rotary positions, grouped key-value heads and SwiGLU (Touvron et al. 2023, arXiv 2302.13971); the head
shares the embedding's weights. Shapes: B rows, T positions, D hidden size, H heads, K key-value heads, E head size, V vocabulary.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NORM_EPSILON = 1e-5


@dataclass(frozen=True)
class ModelSize:
    """Everything that determines the shapes. The defaults are those of duet-base and duet-tiny."""

    vocabulary: int = 4096
    layers: int = 4
    hidden: int = 256
    heads: int = 4
    key_value_heads: int = 2
    head: int = 64  # width of one head
    intermediate: int = 640
    context: int = 512
    rope_theta: float = 10_000.0

    def __post_init__(self) -> None:
        if self.head % 2 or self.heads % self.key_value_heads:
            raise SystemExit("--head must be even, and --heads a multiple of --key-value-heads.")


class Attention(nn.Module):
    """Causal self-attention with rotary positions; a key-value head serves heads / key_value_heads query heads."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.head = size.head
        self.q_proj = nn.Linear(size.hidden, size.heads * size.head, bias=False)
        self.k_proj = nn.Linear(size.hidden, size.key_value_heads * size.head, bias=False)
        self.v_proj = nn.Linear(size.hidden, size.key_value_heads * size.head, bias=False)
        self.o_proj = nn.Linear(size.heads * size.head, size.hidden, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """[B, T, D] to [B, T, D]; `cos` and `sin` are [T, E]."""
        return self.o_proj(self.mixed(x, cos, sin))

    def mixed(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """What the heads gather, [B, T, H * E]: the input of the output projection."""
        query, key, value = (self.split(projection(x)) for projection in (self.q_proj, self.k_proj, self.v_proj))
        query, key = rotate(query, cos, sin), rotate(key, cos, sin)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)  # [B, H, T, E]
        return mixed.transpose(1, 2).flatten(2)

    def split(self, x: Tensor) -> Tensor:
        """[B, T, heads * E] to [B, heads, T, E]."""
        return x.unflatten(-1, (-1, self.head)).transpose(1, 2)


class FeedForward(nn.Module):
    """SwiGLU: down(silu(gate(x)) * up(x))."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(size.hidden, size.intermediate, bias=False)
        self.up_proj = nn.Linear(size.hidden, size.intermediate, bias=False)
        self.down_proj = nn.Linear(size.intermediate, size.hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, D] to [B, T, D]."""
        return self.down_proj(self.activations(x))

    def activations(self, x: Tensor) -> Tensor:
        """The neurons' outputs: [B, T, D] to [B, T, neurons]."""
        return F.silu(self.gate_proj(x)) * self.up_proj(x)


class Block(nn.Module):
    """One layer: attention and feed-forward, each normalised before, dropped out behind and added to the residual."""

    def __init__(self, size: ModelSize, dropout: float) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(size.hidden, eps=NORM_EPSILON)
        self.self_attn = Attention(size)
        self.post_attention_layernorm = nn.RMSNorm(size.hidden, eps=NORM_EPSILON)
        self.mlp = FeedForward(size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """[B, T, D] to [B, T, D]."""
        x = x + self.dropout(self.self_attn(self.input_layernorm(x), cos, sin))
        return x + self.dropout(self.mlp(self.post_attention_layernorm(x)))


class Decoder(nn.Module):
    """Embedding, blocks and the last norm."""

    cos: Tensor  # [context, E], as `sin`
    sin: Tensor

    def __init__(self, size: ModelSize, dropout: float) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(size.vocabulary, size.hidden)
        self.layers = nn.ModuleList(Block(size, dropout) for _ in range(size.layers))
        self.norm = nn.RMSNorm(size.hidden, eps=NORM_EPSILON)
        self.dropout = nn.Dropout(dropout)
        cos, sin = rotary_tables(size.context, size.head, size.rope_theta)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        """Ids [B, T] to hidden states [B, T, D]."""
        length = ids.shape[1]
        x = self.dropout(self.embed_tokens(ids))
        for block in self.layers:
            x = block(x, self.cos[:length], self.sin[:length])
        return self.norm(x)


class CausalLm(nn.Module):
    """The decoder with its tied head."""

    def __init__(self, size: ModelSize, dropout: float = 0.0) -> None:
        super().__init__()
        self.size = size
        self.model = Decoder(size, dropout)

    def forward(self, ids: Tensor) -> Tensor:
        """Ids [B, T] to logits of the next piece [B, T, V]."""
        return F.linear(self.model(ids), self.model.embed_tokens.weight)

    def loss(self, ids: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy in nats a token; `ids` and `targets` are [B, T]."""
        return F.cross_entropy(self(ids).flatten(0, 1).float(), targets.flatten())


def initialise(model: CausalLm, seed: int) -> None:
    """Random weights; what writes into the residual stream starts small, so that blocks start near the identity."""
    generator = torch.Generator().manual_seed(seed)
    inner = 0.6 * model.size.hidden**-0.5
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() < 2:
                continue  # Norms start at one.
            std = 0.02 if "embed_tokens" in name else 0.01 if "o_proj" in name or "down_proj" in name else inner
            weight.normal_(0.0, std, generator=generator)


def rotary_tables(length: int, head: int, theta: float) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the rotary angles, each [length, head] (Su et al. 2021, arXiv 2104.09864)."""
    frequencies = theta ** -(torch.arange(0, head, 2).float() / head)
    angles = torch.outer(torch.arange(length).float(), frequencies).repeat(1, 2)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotates the halves of every head by its position's angles; keeps the shape [B, H, T, E] and the type."""
    first, second = x.chunk(2, dim=-1)
    return (x * cos + torch.cat((-second, first), dim=-1) * sin).to(x.dtype)
