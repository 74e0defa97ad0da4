"""BERT, RoBERTa and encoders that are described, of `transformers`, as sentence encoders, with LoRA on their linear modules.

The vector of a text is the mean over its tokens' last hidden states, or that of the first, of length 1; a prompt of the model's
own stands before every text (`lora-core/checkpoints/sentenceSettings.ts`). Peak memory is the base in float32 and one batch.
"""

import sys
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import AutoModel

from duet_client.base_model import ActiveAdapter
from duet_client.encoder import CHARACTERS_PER_TOKEN, EncoderTask
from duet_client.linear_modules import LAYOUT_FIELD, described_modules, linear_modules
from duet_client.lora_layers import LoraLayers

PLAIN = {"pooling": "mean", "maxTokens": None, "prompt": ""}
"""Of a model without settings of its own."""


class Bert:
    """The frozen base on a device."""

    is_sharded = False

    def __init__(self, folder: Path, config: dict[str, Any], device: torch.device) -> None:
        """Load config.json, tokenizer.json and the weights; the base's `config` in the federation says how sentences are read."""
        self.device = device
        library: Any = AutoModel
        layout = config.get(LAYOUT_FIELD)
        # Any class knows the first two, and these families the third.
        options: dict[str, Any] = {"dtype": torch.float32, "local_files_only": True}
        without_pooler = {} if layout else {"add_pooling_layer": False}
        model = library.from_pretrained(folder, **options, **without_pooler)
        self.model = model.to(device).eval().requires_grad_(False)
        settings = layout["sentences"] if layout else config.get("sentence_transformers", PLAIN)
        self._takes_first, self._prompt = settings["pooling"] == "cls", settings["prompt"]
        self._padding = self.model.config.pad_token_id or 0
        readable = _positions(self.model)
        self.max_tokens = min(readable, settings["maxTokens"] or readable)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        # Control pieces in a text are text.
        self.tokenizer.encode_special_tokens = True
        self.linears = described_modules(layout, self.model) if layout else linear_modules(self.model)
        self._lora = LoraLayers(self.model, [linear.name for linear in self.linears])

    def pass_along(self) -> None:
        """Nobody needs it."""

    def label_task(self, labels: Sequence[str]) -> EncoderTask:
        """Bind it to labels."""
        return EncoderTask(self, labels)

    def tokens_of(self, text: str, max_tokens: int) -> list[int]:
        """The text within the tokenizer's pieces around it, of which none is cut unless there is room for nothing else."""
        limit = min(max_tokens, self.max_tokens)
        whole = (self._prompt + text)[: len(self._prompt) + limit * CHARACTERS_PER_TOKEN]
        found = self.tokenizer.encode(whole)
        ids, added = found.ids, found.special_tokens_mask
        before = sum(takewhile(bool, added))
        after = sum(takewhile(bool, reversed(added[before:])))
        inner = ids[before : len(ids) - after][: max(0, limit - before - after)]
        return [*ids[:before], *inner, *ids[len(ids) - after :]][:limit] or [0]

    def embed(self, texts: Sequence[Sequence[int]], adapter: ActiveAdapter | None) -> torch.Tensor:
        """Embeddings [B, D], each of length 1."""
        longest = max(len(text) for text in texts)
        padded = [[*text, *[self._padding] * (longest - len(text))] for text in texts]
        ids = torch.tensor(padded, device=self.device)
        is_there = torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in texts], device=self.device)
        with self._lora.active(adapter):
            hidden: torch.Tensor = self.model(input_ids=ids, attention_mask=is_there).last_hidden_state
        if self._takes_first:
            return functional.normalize(hidden[:, 0], dim=-1)
        shares = is_there / is_there.sum(dim=1, keepdim=True)
        return functional.normalize((hidden * shares[:, :, None]).sum(dim=1), dim=-1)


def _positions(model: Any) -> int:  # noqa: ANN401
    """Tokens that a text may have; as many as anybody wants where the config names none."""
    there = getattr(model.config, "max_position_embeddings", None) or sys.maxsize
    tables = [module for name, module in model.named_modules() if name.rsplit(".", 1)[-1] == "position_embeddings"]
    # RoBERTa's kind numbers positions from behind the padding's.
    paddings = [table.padding_idx for table in tables if getattr(table, "padding_idx", None) is not None]
    return int(there) - (paddings[0] + 1 if paddings else 0)
