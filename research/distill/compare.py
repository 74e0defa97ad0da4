"""Loss of several models on the same texts, a character, since their tokenizers differ: `python3 -m research.distill.compare --help`."""

import argparse
import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from research.pretrain.corpus import read_corpus
from research.pretrain.model import CausalLm, ModelSize
from research.pretrain.workspace import Workspace

from .teacher import open_teacher
from .vocabulary import END_OF_TEXT, first_pieces

ROWS, LENGTH = 8, 128


@dataclass(frozen=True)
class Candidate:
    """A model with its tokenizer; piece 0 ends a text."""

    name: str
    model: CausalLm
    encode: Callable[[str], list[int]]


def from_folder(folder: Path) -> Candidate:
    """A model of research/pretrain or research/distill."""
    config = json.loads((folder / "config.json").read_text())
    size = ModelSize(
        vocabulary=config["vocab_size"], layers=config["num_hidden_layers"], hidden=config["hidden_size"],
        heads=config["num_attention_heads"], key_value_heads=config["num_key_value_heads"], head=config["head_dim"],
        intermediate=config["intermediate_size"], context=config["max_position_embeddings"], rope_theta=config["rope_theta"],
    )
    model = CausalLm(size)
    model.load_state_dict({name: weight.float() for name, weight in load_file(folder / "model.safetensors").items()})
    return Candidate(folder.name, model.eval(), encoder(Tokenizer.from_file(str(folder / "tokenizer.json"))))


def original() -> Candidate:
    """SmolLM2-135M-Instruct with its whole vocabulary."""
    teacher = open_teacher()
    return Candidate("SmolLM2-135M-Instruct", teacher.model(), encoder(first_pieces(teacher, len(teacher.pieces))))


def encoder(tokenizer: Tokenizer) -> Callable[[str], list[int]]:
    """Ids of a text in which control pieces are text."""
    tokenizer.encode_special_tokens = True
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


@torch.no_grad()
def losses(candidate: Candidate, texts: list[str]) -> tuple[float, float]:
    """Nats a token and nats a character over the texts one after the other, in rows of LENGTH tokens."""
    ids = [token for text in texts for token in (*candidate.encode(text), END_OF_TEXT)]
    characters = sum(len(text) + 1 for text in texts)
    rows = torch.tensor(ids[: (len(ids) - 1) // LENGTH * LENGTH + 1])
    inputs, targets = rows[:-1].view(-1, LENGTH), rows[1:].view(-1, LENGTH)
    parts = zip(inputs.split(ROWS), targets.split(ROWS), strict=True)
    loss = sum(candidate.model.loss(part, wanted).item() * wanted.numel() for part, wanted in parts) / targets.numel()
    return loss, loss * len(ids) / characters


def up_to(texts: list[str], characters: int) -> list[str]:
    """The first texts that together have that many characters."""
    chosen: list[str] = []
    for text in texts:
        if characters <= 0:
            break
        chosen.append(text)
        characters -= len(text)
    return chosen


def held_out(work: Workspace) -> list[str]:
    """The last hundredth of the corpus's documents, which training does not draw from."""
    texts = list(read_corpus(work.corpus))
    return texts[len(texts) - len(texts) // 100 :]


def column(argument: str) -> list[str]:
    """The different texts of FILE.csv:COLUMN, spread over the file."""
    path, name = argument.rsplit(":", 1)
    with open(path, encoding="utf-8", newline="") as file:
        texts = list(dict.fromkeys(row[name] for row in csv.DictReader(file)))
    return [text for start in range(10) for text in texts[start::10]]


def main() -> None:
    """Prints one line per model and text."""
    command = argparse.ArgumentParser(prog="python3 -m research.distill.compare", description=__doc__)
    command.add_argument("models", nargs="+", type=Path, help="folders of research/pretrain or research/distill")
    command.add_argument("--original", action="store_true", help="SmolLM2-135M-Instruct too")
    command.add_argument("--work", type=Path, default=Path(".cache/distill"), help="folder with the corpus")
    command.add_argument("--csv", nargs="*", default=[], metavar="FILE:COLUMN", help="texts that no model was trained on")
    command.add_argument("--characters", type=int, default=40_000, help="of each text, at most")
    options = command.parse_args()
    texts = {"corpus, held out": held_out(Workspace(options.work)), **{Path(name).name: column(name) for name in options.csv}}
    candidates = [from_folder(folder) for folder in options.models] + ([original()] if options.original else [])
    for name, all_texts in texts.items():
        chosen = up_to(all_texts, options.characters)
        for candidate in candidates:
            token, character = losses(candidate, chosen)
            print(f"{name}: {candidate.name}: {token:.3f} nats a token, {character:.3f} a character", flush=True)


if __name__ == "__main__":
    main()
