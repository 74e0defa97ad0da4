"""Causal language models of `transformers` as bases, with LoRA on their linear modules.

The loss is on the answer's tokens, see prompts.py. Labels are chosen by the tokens that tell them apart, the largest logit first.
Peak memory is the base in float32 and one batch.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from transformers import AutoModelForCausalLM

from duet_client.base_model import ActiveAdapter, Example
from duet_client.failure import Failure
from duet_client.linear_modules import described_modules, linear_modules
from duet_client.lora_layers import LoraLayers
from duet_client.prompts import prompts_of
from duet_client.ranks import Ranks


class CausalLm:
    """The frozen base on a device, or with its layers spread over those of all ranks."""

    def __init__(
        self,
        folder: Path,
        device: torch.device,
        shard_over: Ranks | None = None,
        layout: Mapping[str, Any] | None = None,
    ) -> None:
        """Load config.json, tokenizer.json and the weights. `layout` is of a base that is described, which may have any class."""
        self.device = device
        library: Any = AutoModelForCausalLM
        self._ranks = shard_over

        def load() -> Any:  # noqa: ANN401
            return library.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval().requires_grad_(False)

        if shard_over is None:
            self.model = load().to(device)
        else:
            from duet_client.sharded_base import load_sharded

            self.model = load_sharded(load, shard_over)
        self._is_described = layout is not None
        self.linears = linear_modules(self.model) if layout is None else described_modules(layout, self.model)
        self._lora = LoraLayers(self.model, [linear.name for linear in self.linears])

    def label_task(self, labels: Sequence[str]) -> "CausalTask":
        """Bind it to labels."""
        return CausalTask(self, labels)

    @property
    def is_sharded(self) -> bool:
        """Whether a pass needs all ranks."""
        return self._ranks is not None

    def pass_along(self) -> None:
        """Give the ranks that still measure this one's share of every layer."""
        while self._is_measured(here=False):
            with torch.no_grad():
                self.model.base_model(input_ids=torch.zeros((1, 1), dtype=torch.long, device=self.device))

    def _is_measured(self, *, here: bool) -> bool:
        """Whether any rank is about to make a pass without gradients. All say so before each."""
        if self._ranks is None:
            return here
        passes = torch.tensor(float(here))
        self._ranks.add_up([passes])
        return bool(passes > 0)

    @property
    def max_tokens(self) -> int:
        """Positions that it has; as many as anybody wants where its config names none."""
        return int(getattr(self.model.config.get_text_config(), "max_position_embeddings", None) or sys.maxsize)

    def logits(self, rows: Sequence[Sequence[int]], last: Sequence[int], adapter: ActiveAdapter | None) -> torch.Tensor:
        """Logits [K, vocabulary] after each of the last so many tokens of every row, row after row."""
        if not torch.is_grad_enabled():
            self._is_measured(here=True)
        longest = max(len(row) for row in rows)
        ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=self.device)
        is_there = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=self.device)

        def asked_of(values: torch.Tensor) -> torch.Tensor:
            counts = enumerate(zip(rows, last, strict=True))
            return torch.cat([values[at, len(row) - count : len(row)] for at, (row, count) in counts])

        with self._lora.active(adapter):
            if self._is_described:
                # Some scale or cap what their head gives.
                return asked_of(self.model(input_ids=ids, attention_mask=is_there, use_cache=False).logits)
            hidden = self.model.base_model(input_ids=ids, attention_mask=is_there).last_hidden_state
        found: torch.Tensor = self.model.get_output_embeddings()(asked_of(hidden))
        return found


@dataclass
class _Labels:
    """Labels that begin with the same tokens; decided once there is one."""

    label: int | None = None
    children: dict[int, "_Labels"] = field(default_factory=dict)


class CausalTask:
    """A causal language model that answers with one of some labels."""

    def __init__(self, base: CausalLm, labels: Sequence[str]) -> None:
        """Tokenise the labels."""
        self.encoder = base
        self.labels = list(labels)
        self._prompts = prompts_of(Path(base.model.name_or_path))
        self._tree = _tree([(self._prompts.answer(label), place) for place, label in enumerate(labels)], 0)

    def encode(self, text: str, answer: str, max_tokens: int) -> Example:
        """Tokenise a row; the end of a long input is cut."""
        ends = self._prompts.answer(answer)
        prompt = self._prompts.prompt(text, min(max_tokens, self.encoder.max_tokens) - len(ends))
        return Example([*prompt, *ends], self.labels.index(answer), len(ends))

    def losses(self, batch: Sequence[Example], adapter: ActiveAdapter | None) -> torch.Tensor:
        """Cross-entropy of every row, summed over its answer's tokens, nats."""
        units = [example.units for example in batch]
        # Nothing is predicted from the last token.
        logits = self.encoder.logits([example.tokens[:-1] for example in batch], units, adapter)
        wanted = [token for example in batch for token in example.tokens[-example.units :]]
        found = functional.cross_entropy(logits, torch.tensor(wanted, device=self.encoder.device), reduction="none")
        return torch.stack([part.sum() for part in torch.split(found, units)])

    def score(self, batch: Sequence[Example], adapter: ActiveAdapter | None) -> tuple[list[float], list[int]]:
        """Losses, and the label that is chosen."""
        with torch.no_grad():
            losses = self.losses(batch, adapter).double().tolist()
            return losses, self._chosen([example.tokens[: -example.units] for example in batch], adapter)

    def label_sums(self, rows: Sequence[Example]) -> torch.Tensor:
        """None: answers are written."""
        raise Failure("Label prototypes are of a base that compares texts.")

    def _chosen(self, prompts: Sequence[Sequence[int]], adapter: ActiveAdapter | None) -> list[int]:
        """Walk down the labels' tokens; one pass per choice, over the rows that still have one."""
        paths = [_forced(self._tree, []) for _ in prompts]
        while undecided := [row for row, (node, _) in enumerate(paths) if node.label is None]:
            rows = [[*prompts[row], *paths[row][1]] for row in undecided]
            logits = self.encoder.logits(rows, [1] * len(rows), adapter)
            for row, scores in zip(undecided, logits, strict=True):
                node, tokens = paths[row]
                best = max(node.children, key=lambda token: float(scores[token]))
                paths[row] = _forced(node.children[best], [*tokens, best])
        return [node.label or 0 for node, _ in paths]


def _tree(sequences: Sequence[tuple[Sequence[int], int]], depth: int) -> _Labels:
    if len(sequences) == 1:
        return _Labels(label=sequences[0][1])
    groups: dict[int, list[tuple[Sequence[int], int]]] = {}
    for tokens, label in sequences:
        if depth >= len(tokens):
            raise Failure("Two labels cannot be told apart by their tokens.")
        groups.setdefault(tokens[depth], []).append((tokens, label))
    return _Labels(children={token: _tree(group, depth + 1) for token, group in groups.items()})


def _forced(node: _Labels, tokens: list[int]) -> tuple[_Labels, list[int]]:
    """Go down where there is nothing to choose."""
    while node.label is None and len(node.children) == 1:
        [(token, child)] = node.children.items()
        node, tokens = child, [*tokens, token]
    return node, tokens
