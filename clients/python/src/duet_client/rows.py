"""Rows: read from a file, matched to the federation's labels, split. They stay in this process."""

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from duet_client.failure import Failure
from duet_client.random_stream import random_stream, shuffled

SHARES = (0.6, 0.1, 0.3)
"""Of the rows that train, that fuse, that test."""
LONGEST_CELL = 2**31 - 1


@dataclass(frozen=True)
class Row:
    """A text and its label."""

    input: str
    answer: str


@dataclass(frozen=True)
class Split:
    """Places of the rows that train, that choose the fusion's weights, that measure."""

    train: Sequence[int]
    fusion: Sequence[int]
    test: Sequence[int]


def read_rows(file: Path, input_column: str, label_column: str, labels: Sequence[str]) -> list[Row]:
    """Rows of a CSV, TSV or JSON Lines file whose label is one of the federation's; others are left out."""
    table = _read_table(file)
    for column in (input_column, label_column):
        if table and column not in table[0]:
            raise Failure(
                f'There is no column "{column}"; {file.name} has: {", ".join(table[0])}. Name another one by --input or --label.'
            )
    if input_column == label_column:
        raise Failure("Input and label must be different columns. Name them by --input and --label.")
    match = _label_matcher(labels)
    cells = ((record.get(input_column, "").strip(), match(record.get(label_column, ""))) for record in table)
    rows = [Row(text, label) for text, label in cells if text and label is not None]
    if not rows:
        raise Failure(
            f"No row of {file.name} has one of the federation's labels: {', '.join(labels)}. Name another file or column."
        )
    return rows


def split_rows(answers: Sequence[str], groups: Sequence[int], seed: int) -> Split:
    """Split as `lora-core/data/splitRows.ts` does: stratified, seeded, whole groups of near-duplicates on one side."""
    gathered = _gathered(answers, groups)
    if len(gathered) < len(SHARES):
        raise Failure(
            f"These {len(answers)} rows make only {len(gathered)} groups of near-duplicate texts; "
            "training, fusion and test rows need at least 3. Name a file with more by --data."
        )
    parts = [_Part(share) for share in SHARES]
    totals = Counter(answers)
    _place(shuffled(gathered, random_stream(seed, "splitRows")), parts, totals)
    _cover_answers(parts, totals)
    _fill_empty(parts)
    return Split(*(sorted(place for group in part.groups for place in group.places) for part in parts))


def distinct(places: Sequence[int], groups: Sequence[int]) -> list[int]:
    """One row of every group of near-duplicates."""
    first = {groups[place]: place for place in reversed(places)}
    return sorted(first.values())


@dataclass(frozen=True, eq=False)
class _Group:
    places: Sequence[int]
    answers: Mapping[str, int]


def _gathered(answers: Sequence[str], groups: Sequence[int]) -> list[_Group]:
    """Rows by group, in order of their first row."""
    places: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    return [_Group(found, Counter(answers[place] for place in found)) for found in places.values()]


@dataclass(eq=False)
class _Part:
    share: float
    groups: list[_Group] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    size: int = 0

    def put(self, group: _Group) -> None:
        self.groups.append(group)
        self.answers.update(group.answers)
        self.size += len(group.places)

    def take(self, group: _Group) -> None:
        self.groups.remove(group)
        self.answers.subtract(group.answers)
        self.size -= len(group.places)

    def can_spare(self, group: _Group) -> bool:
        """Whether each of the group's answers is in another group of the part too."""
        return all(any(answer in other.answers for other in self.groups if other is not group) for answer in group.answers)


def _added_error(held: float, target: float, added: int) -> float:
    return float((held + added - target) ** 2 - (held - target) ** 2)


def _place(groups: Sequence[_Group], parts: Sequence[_Part], totals: Mapping[str, int]) -> None:
    size = sum(len(group.places) for group in groups)
    whole_weight = len(totals) ** 0.5 / size
    for group in sorted(groups, key=lambda group: -len(group.places)):
        costs = []
        for part in parts:
            cost = _added_error(part.size, part.share * size, len(group.places)) * whole_weight
            for answer, count in group.answers.items():
                cost += _added_error(part.answers[answer], part.share * totals[answer], count) / totals[answer]
            costs.append(cost)
        parts[costs.index(min(costs))].put(group)


def _cover_answers(parts: Sequence[_Part], totals: Mapping[str, int]) -> None:
    for answer, total in totals.items():
        for part in parts:
            if part.share * total < 1 or part.answers[answer] > 0:
                continue
            spare = [
                (donor, group) for donor in parts for group in donor.groups if answer in group.answers and donor.can_spare(group)
            ]
            _move_smallest(spare, part)


def _fill_empty(parts: Sequence[_Part]) -> None:
    for part in parts:
        if not part.groups:
            donors = [(donor, group) for donor in parts if len(donor.groups) > 1 for group in donor.groups]
            _move_smallest(donors, part)


def _move_smallest(candidates: Sequence[tuple[_Part, _Group]], to: _Part) -> None:
    if candidates:
        donor, smallest = min(candidates, key=lambda candidate: len(candidate[1].places))
        donor.take(smallest)
        to.put(smallest)


def _read_table(file: Path) -> list[Mapping[str, str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(
            f"The file {file} cannot be read as UTF-8 text ({error}). Name another one by --data, or save it as UTF-8."
        ) from error
    if file.suffix.lower() in (".jsonl", ".ndjson"):
        return list(_json_lines(file, text.split("\n")))
    delimiter = "\t" if file.suffix.lower() == ".tsv" else ","
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    try:
        return [{str(name): value or "" for name, value in record.items() if name is not None} for record in reader]
    except csv.Error as error:
        raise Failure(f"Line {reader.line_num} of {file.name} cannot be read ({error}). Save it again as CSV.") from error


def _json_lines(file: Path, lines: Iterable[str]) -> Iterable[Mapping[str, str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise Failure(
                f"Line {number} of {file.name} is not JSON ({error}). Mend it, and run the same command again."
            ) from error
        if not isinstance(record, dict):
            raise Failure(f"Line {number} of {file.name} is no object with columns. Mend it, and run the same command again.")
        yield {str(name): value if isinstance(value, str) else json.dumps(value) for name, value in record.items()}


def _clean_label(cell: str) -> str:
    """Leave out what never belongs to a label: blanks around, quotes around or a lost one, other forms of Unicode."""
    trimmed = unicodedata.normalize("NFC", cell.strip())
    quoted = re.fullmatch(r'"[^"]*"', trimmed) or trimmed.count('"') == 1
    return (re.sub(r'^"|"$', "", trimmed) if quoted else trimmed).strip() or trimmed


def _label_key(label: str) -> str:
    folded = unicodedata.normalize("NFKC", _clean_label(label)).lower().upper()
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", folded)).strip()
    return re.sub(r"\.0+$", "", folded) if re.fullmatch(r"[+-]?(?:0|[1-9]\d*)\.0+", folded) else folded


def _label_matcher(labels: Sequence[str]) -> Callable[[str], str | None]:
    """Which label a cell means, written as it may be; labels that differ in case only are told apart exactly."""
    exact = {_clean_label(label): label for label in labels} | {label: label for label in labels}
    keys = Counter(_label_key(label) for label in labels)
    by_key = {_label_key(label): label for label in labels if keys[_label_key(label)] == 1}

    def match(cell: str) -> str | None:
        return exact.get(cell.strip()) or exact.get(_clean_label(cell)) or by_key.get(_label_key(cell))

    return match
