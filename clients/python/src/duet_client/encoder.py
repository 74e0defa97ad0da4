"""The base use-lite, with LoRA on its linear modules, and the task of every base that makes a vector of a text.

B texts, T tokens, D width of a vector.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

from duet_client.adapter import is_prototypes
from duet_client.base_model import ActiveAdapter, BaseModel, Example
from duet_client.linear_modules import linear_modules
from duet_client.lora_layers import LoraLayers
from duet_client.use_lite import UseLite

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
    """The base use-lite, frozen, on a device."""

    is_sharded = False
    """It is small enough for every device."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        """Load config.json, tokenizer.json and model.safetensors."""
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.device = device
        self.model = UseLite(config)
        self.model.load_state_dict(load_file(folder / "model.safetensors"))
        self.model.to(device).eval().requires_grad_(False)
        self.linears = linear_modules(self.model)
        self.max_tokens = int(config["max_position_embeddings"])
        self._unknown = int(config["unk_token_id"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._lora = LoraLayers(self.model, [linear.name for linear in self.linears])

    def pass_along(self) -> None:
        """Nobody needs it."""

    def label_task(self, labels: Sequence[str]) -> "EncoderTask":
        """Bind it to labels."""
        return EncoderTask(self, labels)

    def tokens_of(self, text: str, max_tokens: int) -> list[int]:
        """At least one token, at most `max_tokens` or what the model takes."""
        limit = min(max_tokens, self.max_tokens)
        ids = self._tokenizer.encode(text[: limit * CHARACTERS_PER_TOKEN], add_special_tokens=False).ids[:limit]
        return ids or [self._unknown]

    def embed(self, texts: Sequence[Sequence[int]], adapter: ActiveAdapter | None) -> torch.Tensor:
        """Embeddings [B, D], each of length 1."""
        lengths = torch.tensor([len(text) for text in texts], device=self.device)
        longest = int(lengths.max())
        ids = torch.tensor([[*text, *[0] * (longest - len(text))] for text in texts], device=self.device)
        is_there = torch.arange(longest, device=self.device)[None, :] < lengths[:, None]  # [B, T]
        with self._lora.active(adapter):
            return _unit(self.model(ids, is_there))


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

    def label_sums(self, rows: Sequence[Example]) -> torch.Tensor:
        """Sums of each label's rows on the untouched base."""
        sums = torch.zeros_like(self.texts)
        with torch.no_grad():
            for begin in range(0, len(rows), ROWS_AT_ONCE):
                batch = rows[begin : begin + ROWS_AT_ONCE]
                labels = torch.tensor([example.label for example in batch], device=self.encoder.device)
                sums.index_add_(0, labels, self.encoder.embed([example.tokens for example in batch], None))
        return sums

    def _targets(self, adapter: ActiveAdapter | None) -> torch.Tensor:
        """What rows are compared with, [labels, D]."""
        found = [] if adapter is None else [values for key, values in adapter.factors.items() if is_prototypes(key)]
        return _unit(TEXT_WEIGHT * self.texts + found[0]) if found else self.texts


def _unit(rows: torch.Tensor) -> torch.Tensor:
    return rows * rows.square().sum(dim=1, keepdim=True).clamp(min=NORM_EPSILON).rsqrt()
