"""The network of use-lite (Universal Sentence Encoder lite, arXiv 1803.11175) as a torch module, by the names of its file.

B texts, T tokens, D width of a layer. Padded positions carry numbers that nobody reads: attention hides them as keys, the mean
leaves them out.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional


class UseLite(nn.Module):
    """Vectors [B, D] of texts [B, T], before they are made of length 1."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Have the sizes of config.json; the weights are still to be loaded."""
        super().__init__()
        width, hidden = int(config["embedding_size"]), int(config["hidden_size"])
        self.embeddings = nn.Embedding(int(config["vocab_size"]), width)
        self.position = _Timing(width)
        widths = [width, *[hidden] * (int(config["num_hidden_layers"]) - 1)]
        self.layers = nn.ModuleList(_Layer(config, each) for each in widths)
        self.pooler = nn.Linear(hidden, hidden)

    def forward(self, ids: torch.Tensor, is_there: torch.Tensor) -> torch.Tensor:
        """Read token ids where tokens are."""
        x = 2 * self.embeddings(ids) + self.position(ids.shape[1])
        for layer in self.layers:
            x = layer(x, is_there)
        shares = is_there / is_there.sum(dim=1, keepdim=True)
        pooled: torch.Tensor = self.pooler((x * shares[:, :, None]).sum(dim=1)).tanh()
        return pooled


class _Timing(nn.Module):
    """Sines and cosines of positions, [T, D]."""

    frequencies: torch.Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.zeros(width // 2))

    def forward(self, length: int) -> torch.Tensor:
        # Multiplied in float32 and turned into angles in float64, as it was trained.
        places = torch.arange(length, device=self.frequencies.device, dtype=torch.float32)[:, None]
        angles = (places * self.frequencies).double()
        return torch.cat([angles.sin(), angles.cos()], dim=1).float()


class _Layer(nn.Module):
    """Attention, then a two-layer network, each after a norm and beside a residual."""

    def __init__(self, config: dict[str, Any], width: int) -> None:
        super().__init__()
        hidden = int(config["hidden_size"])
        self.attention = _Attention(config, width)
        if width != hidden:
            self.residual = nn.Linear(width, hidden)
        self.mlp = _Mlp(config)

    def forward(self, x: torch.Tensor, is_there: torch.Tensor) -> torch.Tensor:
        residual = self.residual(x) if hasattr(self, "residual") else x
        middle = residual + self.attention(x, is_there)
        found: torch.Tensor = middle + self.mlp(middle)
        return found


class _Attention(nn.Module):
    def __init__(self, config: dict[str, Any], width: int) -> None:
        super().__init__()
        self.heads = int(config["num_attention_heads"])
        self.norm = nn.LayerNorm(width, eps=float(config["layer_norm_eps"]))
        self.qkv = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, int(config["hidden_size"]))

    def forward(self, x: torch.Tensor, is_there: torch.Tensor) -> torch.Tensor:
        parts = self.qkv(self.norm(x)).chunk(3, dim=-1)
        q, k, v = (part.reshape(*part.shape[:2], self.heads, -1).transpose(1, 2) for part in parts)
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=is_there[:, None, None, :])
        found: torch.Tensor = self.output(attended.transpose(1, 2).flatten(2))
        return found


class _Mlp(nn.Module):
    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        hidden, inner = int(config["hidden_size"]), int(config["intermediate_size"])
        self.norm = nn.LayerNorm(hidden, eps=float(config["layer_norm_eps"]))
        self.up = nn.Linear(hidden, inner)
        self.down = nn.Linear(inner, hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.down(self.up(self.norm(x)).relu())
        return found
