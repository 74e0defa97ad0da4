"""What all ranks of a client know of each of its rows: enough to draw the same batches, weigh and count; not what it says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from duet_client.base_model import Example
from duet_client.client_rows import ClientRows
from duet_client.ranks import Ranks


@dataclass(frozen=True, eq=False)
class Outline:
    """A row, with its tokens where it is."""

    place: int
    """In the client."""
    label: int
    tokens: int
    """How many."""
    units: int
    """How many of them are scored."""
    example: Example | None
    """None on ranks that do not have it."""
    is_everywhere: bool


def outlines_of(rows: ClientRows, encode: Callable[[str, str], Example], labels: Sequence[str], ranks: Ranks) -> list[Outline]:
    """Tokenise the rows that are here, and hear of the others how many tokens they have."""
    examples = ranks.all_or_none(lambda: {place: encode(text, rows.answers[place]) for place, text in rows.texts.items()})
    sizes: dict[int, tuple[int, int]] = {}
    for told in ranks.gather({place: (len(example.tokens), example.units) for place, example in examples.items()}):
        sizes.update(told)
    return [
        Outline(place, labels.index(answer), *sizes[place], examples.get(place), not rows.is_spread)
        for place, answer in enumerate(rows.answers)
    ]


def share_of(rows: Sequence[Outline], ranks: Ranks) -> list[tuple[int, Example]]:
    """Those that this rank computes, by their position in `rows`: its own, and of rows that all ranks have every so-manieth."""
    return [
        (at, row.example)
        for at, row in enumerate(rows)
        if row.example is not None and (not row.is_everywhere or at % ranks.size == ranks.rank)
    ]
