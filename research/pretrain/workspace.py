"""Where each stage reads and writes: one work folder, one property per file."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Workspace:
    """The files of one pretraining run. A file exists only when the stage that writes it has finished."""

    root: Path

    @property
    def downloads(self) -> Path:
        """Packages as fetched."""
        return self.root / "downloads"

    @property
    def packages(self) -> Path:
        """Packages unpacked, one folder each."""
        return self.root / "packages"

    @property
    def corpus(self) -> Path:
        """One document per line: {"source", "text"}, in training order."""
        return self.root / "corpus.jsonl"

    @property
    def corpus_summary(self) -> Path:
        """Characters, documents and package version per source."""
        return self.root / "corpus.json"

    @property
    def tokenizer(self) -> Path:
        """Byte-level BPE in the Hugging Face layout."""
        return self.root / "tokenizer.json"

    @property
    def tokens(self) -> Path:
        """The whole corpus as little-endian uint16 ids."""
        return self.root / "tokens.u16"

    @property
    def tokens_summary(self) -> Path:
        """Numbers of documents, characters and tokens."""
        return self.root / "tokens.json"

    @property
    def initial(self) -> Path:
        """Size and weights that training begins with instead of random ones, where there are such."""
        return self.root / "initial.pt"

    @property
    def checkpoint(self) -> Path:
        """Everything that training needs to go on."""
        return self.root / "checkpoint.pt"

    @property
    def best(self) -> Path:
        """The weights with the lowest validation loss so far."""
        return self.root / "best.pt"

    @property
    def evaluation(self) -> Path:
        """Validation loss of the best weights, rounded to F16."""
        return self.root / "evaluation.json"


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yields a temporary path that takes the place of `path` only when the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    yield unfinished
    os.replace(unfinished, path)


def write_json(path: Path, value: Any) -> None:
    """Writes readable JSON, whole or not at all."""
    with written_whole(path) as unfinished:
        unfinished.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Reads a file of an earlier stage. Raises SystemExit that names the missing file."""
    if not path.exists():
        raise SystemExit(f"{path.name} is missing in {path.parent}. Run the earlier stages first; --help lists them.")
    return json.loads(path.read_text(encoding="utf-8"))
