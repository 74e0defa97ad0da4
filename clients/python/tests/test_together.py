"""What ranks do together before they train: a fault of one is told by all, and none waits for another in vain."""

from typing import Any

import pytest
from thread_ranks import outcomes

from duet_client.base_model import Example
from duet_client.client_rows import ClientRows, spread_rows
from duet_client.failure import Failure
from duet_client.outlines import outlines_of
from duet_client.ranks import Ranks
from duet_client.rows import Row, Split

LABELS = ["even", "odd"]
WORDS = ["disk", "fan", "net", "power", "door", "light", "case", "clock"]


def rows_of(rank: int) -> list[Row]:
    return [Row(f"{WORDS[at]} {WORDS[at - 1 - rank]} failed", LABELS[at % 2]) for at in range(len(WORDS))]


def told_by_both(found: list[Any]) -> list[str]:
    assert all(isinstance(each, Failure) for each in found), found
    return [each.sentence for each in found]


def test_a_row_that_one_rank_cannot_tokenise_ends_all() -> None:
    def encode(text: str, _: str) -> Example:
        if text == "b":
            raise Failure("This row is too much.")
        return Example([1, 2], 0)

    def work(ranks: Ranks) -> Any:
        rows = ClientRows(["even", "odd"], {ranks.rank: "ab"[ranks.rank]}, True, [0, 1], Split([0], [1], []), 1)
        return outlines_of(rows, encode, LABELS, ranks)

    assert told_by_both(outcomes(2, work)) == ["Rank 1 of this client: This row is too much.", "This row is too much."]


def test_a_row_that_one_rank_cannot_fold_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def fold(text: str) -> list[str]:
        if text == "mine":
            raise Failure("This row is too much.")
        return text.split(" ")

    monkeypatch.setattr("duet_client.client_rows.words_of", fold)

    def work(ranks: Ranks) -> Any:
        rows = [*rows_of(ranks.rank), Row(["yours", "mine"][ranks.rank], "odd")]
        return spread_rows(rows, LABELS, 1, ranks, "what nobody sends")

    assert told_by_both(outcomes(2, work)) == ["Rank 1 of this client: This row is too much.", "This row is too much."]
