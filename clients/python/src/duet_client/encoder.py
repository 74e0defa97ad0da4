"""The base use-lite (Universal Sentence Encoder lite, arXiv 1803.11175) in torch, with LoRA adapters on its linear modules.

B texts, T tokens, D width of a layer. Padded positions carry numbers that nobody reads: attention hides them as keys, the mean
leaves them out.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

from duet_client.adapter import A_SUFFIX, B_SUFFIX, LinearModule, is_prototypes
from duet_client.base_model import ActiveAdapter, BaseModel, Example

TEMPERATURE = 16.0
"""tau of the scores tau cos(e(text), e0(label)), with e0 the untouched base."""
CHARACTERS_PER_TOKEN = 64
"""Characters of a text read per token wanted."""
NORM_EPSILON = 1e-12
TEXT_WEIGHT = 0.2
"""Of a label's text among its prototype, in rows of an average label."""
ROWS_AT_ONCE = 32


class SentenceEncoder(BaseModel, Protocol):
    """A base that makes a vector of a text."""

    @property
    def max_tokens(self) -> int:
        """Tokens read of one text."""

    def tokens_of(self, text: str, max_tokens: int) -> list[int]:
        """At least one token, at most `max_tokens` or what the model takes."""

    def embed(self, texts: Sequence[Sequence[int]], adapter: ActiveAdapter | None) -> torch.Tensor:
        """Embeddings [B, D], each of length 1."""


class Encoder:
    """The frozen base on a device."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        """Load config.json, tokenizer.json and model.safetensors."""
        self.config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.device = device
        self.weights = {name: tensor.float().to(device) for name, tensor in load_file(folder / "model.safetensors").items()}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        positions = torch.arange(self.max_tokens, device=device, dtype=torch.float32)[:, None]
        angles = (positions * self.weights["position.frequencies"]).double()
        self.timing = torch.cat([angles.sin(), angles.cos()], dim=1).float()

    @property
    def is_sharded(self) -> bool:
        """It is small enough for every device."""
        return False

    def pass_along(self) -> None:
        """Nobody needs it."""

    @property
    def max_tokens(self) -> int:
        """Tokens read of one text."""
        return int(self.config["max_position_embeddings"])

    @property
    def linears(self) -> list[LinearModule]:
        """Linear modules in the order of the forward pass."""
        return encoder_linears(self.config)

    def label_task(self, labels: Sequence[str]) -> "EncoderTask":
        """Bind it to labels."""
        return EncoderTask(self, labels)

    def tokens_of(self, text: str, max_tokens: int) -> list[int]:
        """At least one token, at most `max_tokens` or what the model takes."""
        limit = min(max_tokens, self.max_tokens)
        ids = self.tokenizer.encode(text[: limit * CHARACTERS_PER_TOKEN], add_special_tokens=False).ids[:limit]
        return ids or [int(self.config["unk_token_id"])]

    def embed(self, texts: Sequence[Sequence[int]], adapter: ActiveAdapter | None) -> torch.Tensor:
        """Embeddings [B, D], each of length 1."""
        lengths = torch.tensor([len(text) for text in texts], device=self.device)
        longest = int(lengths.max())
        ids = torch.tensor([[*text, *[0] * (longest - len(text))] for text in texts], device=self.device)
        is_there = torch.arange(longest, device=self.device)[None, :] < lengths[:, None]  # [B, T]
        x = 2 * self.weights["embeddings.weight"][ids] + self.timing[:longest]
        for index in range(int(self.config["num_hidden_layers"])):
            x = self._layer(f"layers.{index}", x, is_there, adapter)
        shares = is_there / lengths[:, None]
        pooled = self._linear("pooler", (x * shares[:, :, None]).sum(dim=1), adapter).tanh()
        return _unit(pooled)

    def _layer(self, layer: str, x: torch.Tensor, is_there: torch.Tensor, adapter: ActiveAdapter | None) -> torch.Tensor:
        """Attention, then a two-layer network, each after a norm and beside a residual."""
        residual = self._linear(f"{layer}.residual", x, adapter) if f"{layer}.residual.weight" in self.weights else x
        heads = int(self.config["num_attention_heads"])
        qkv = self._linear(f"{layer}.attention.qkv", self._norm(f"{layer}.attention.norm", x), adapter)
        q, k, v = (part.reshape(*part.shape[:2], heads, -1).transpose(1, 2) for part in qkv.chunk(3, dim=-1))
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=is_there[:, None, None, :])
        middle = residual + self._linear(f"{layer}.attention.output", attended.transpose(1, 2).flatten(2), adapter)
        hidden = self._linear(f"{layer}.mlp.up", self._norm(f"{layer}.mlp.norm", middle), adapter).relu()
        return middle + self._linear(f"{layer}.mlp.down", hidden, adapter)

    def _norm(self, name: str, x: torch.Tensor) -> torch.Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return functional.layer_norm(x, (x.shape[-1],), weight, bias, float(self.config["layer_norm_eps"]))

    def _linear(self, name: str, x: torch.Tensor, adapter: ActiveAdapter | None) -> torch.Tensor:
        y = functional.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])
        if adapter is None or name + A_SUFFIX not in adapter.factors:
            return y
        a, b = adapter.factors[name + A_SUFFIX], adapter.factors[name + B_SUFFIX]
        kept = functional.dropout(x, adapter.dropout) if adapter.dropout > 0 else x
        return y + adapter.scale * functional.linear(functional.linear(kept, a), b)


class EncoderTask:
    """The base bound to labels: score(text, label) = tau cos(e(text), e0(label)).

    With prototypes V in the adapter a label is u(w e0(label) + V), u(x) = x / |x|, as `models/encoder/labelPrototypes.ts` has it.
    """

    def __init__(self, encoder: SentenceEncoder, labels: Sequence[str]) -> None:
        """Embed the labels with the untouched base."""
        self.encoder = encoder
        self.labels = list(labels)
        with torch.no_grad():
            texts = [encoder.tokens_of(label, encoder.max_tokens) for label in labels]
            self.texts = encoder.embed(texts, None)

    def encode(self, text: str, answer: str, max_tokens: int) -> Example:
        """Tokenise a row."""
        return Example(self.encoder.tokens_of(text, max_tokens), self.labels.index(answer))

    def logits(self, batch: Sequence[Example], adapter: ActiveAdapter | None) -> torch.Tensor:
        """Scores [B, labels] before softmax."""
        return TEMPERATURE * self.encoder.embed([example.tokens for example in batch], adapter) @ self._targets(adapter).T

    def losses(self, batch: Sequence[Example], adapter: ActiveAdapter | None) -> torch.Tensor:
        """Cross-entropy of every row, nats."""
        wanted = torch.tensor([example.label for example in batch], device=self.encoder.device)
        return functional.cross_entropy(self.logits(batch, adapter), wanted, reduction="none")

    def score(self, batch: Sequence[Example], adapter: ActiveAdapter | None) -> tuple[list[float], list[int]]:
        """Losses, and the label with the largest score."""
        with torch.no_grad():
            logits = self.logits(batch, adapter).double().cpu()
        wanted = torch.tensor([example.label for example in batch])
        return functional.cross_entropy(logits, wanted, reduction="none").tolist(), logits.argmax(dim=1).tolist()

    def prototypes_of(self, rows: Sequence[Example]) -> torch.Tensor:
        """V: the sum of a label's rows, times the share of rows that an average label has."""
        sums = torch.zeros_like(self.texts)
        with torch.no_grad():
            for begin in range(0, len(rows), ROWS_AT_ONCE):
                batch = rows[begin : begin + ROWS_AT_ONCE]
                labels = torch.tensor([example.label for example in batch], device=self.encoder.device)
                sums.index_add_(0, labels, self.encoder.embed([example.tokens for example in batch], None))
        return sums * (len(self.labels) / len(rows))

    def _targets(self, adapter: ActiveAdapter | None) -> torch.Tensor:
        """What rows are compared with, [labels, D]."""
        found = [] if adapter is None else [values for key, values in adapter.factors.items() if is_prototypes(key)]
        return _unit(TEXT_WEIGHT * self.texts + found[0]) if found else self.texts


def _unit(rows: torch.Tensor) -> torch.Tensor:
    return rows * rows.square().sum(dim=1, keepdim=True).clamp(min=NORM_EPSILON).rsqrt()


def encoder_linears(config: dict[str, int]) -> list[LinearModule]:
    """Linear modules by config.json, each with a bias. A layer has a residual only where the width changes."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    linears: list[LinearModule] = []
    for index in range(config["num_hidden_layers"]):
        width = config["embedding_size"] if index == 0 else hidden
        layer = f"layers.{index}"
        linears += [
            LinearModule(f"{layer}.attention.qkv", width, 3 * width),
            LinearModule(f"{layer}.attention.output", width, hidden),
            *([] if width == hidden else [LinearModule(f"{layer}.residual", width, hidden)]),
            LinearModule(f"{layer}.mlp.up", hidden, inner),
            LinearModule(f"{layer}.mlp.down", inner, hidden),
        ]
    return [*linears, LinearModule("pooler", hidden, hidden)]
