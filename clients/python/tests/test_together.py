"""What ranks do together before they train: a fault of one is told by all, and none waits for another in vain."""

import threading
from typing import Any

import pytest
import torch
from thread_ranks import outcomes

from duet_client.base_model import Example
from duet_client.client_rows import ClientRows, spread_rows, whole_rows
from duet_client.failure import Failure
from duet_client.outlines import outlines_of
from duet_client.ranks import Ranks
from duet_client.rows import Row, Split
from duet_client.sharded_base import load_sharded

LABELS = ["even", "odd"]
WORDS = ["disk", "fan", "net", "power", "door", "light", "case", "clock"]


def rows_of(rank: int) -> list[Row]:
    own = [Row(f"{WORDS[at]} {WORDS[at - 1 - rank]} failed", LABELS[at % 2]) for at in range(len(WORDS))]
    return [*own, Row("what both ranks have", LABELS[0])]


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


def test_ranks_with_different_links_are_told_so() -> None:
    """They would find no copy of a row that another one has."""

    def work(ranks: Ranks) -> Any:
        return spread_rows(rows_of(ranks.rank), LABELS, 1, ranks, f"link {ranks.rank}")

    sentences = told_by_both(outcomes(2, work))
    assert sentences == 2 * [
        "The ranks of this client were started with different invite links. Run the same command, with one link, on each."
    ]


def test_what_ranks_have_alone_is_split_as_if_one_had_it_all() -> None:
    def work(ranks: Ranks) -> Any:
        return spread_rows(rows_of(ranks.rank), LABELS, 1, ranks, "what nobody sends")

    both = outcomes(2, work)
    whole = whole_rows([*rows_of(0), *rows_of(1)], 1)
    for each in both:
        assert (each.groups, each.split, each.seed) == (whole.groups, whole.split, whole.seed)
    assert len(set(whole.groups)) < len(whole.groups)


def test_bases_are_loaded_one_after_the_other_where_machines_have_different_numbers_of_ranks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Here two on one and one on the other."""
    environments = {
        "rank 0": {"LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"},
        "rank 1": {"LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"},
        "rank 2": {"LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "1"},
    }

    class Here:
        @property
        def environ(self) -> dict[str, str]:
            return environments[threading.current_thread().name]

    monkeypatch.setattr("duet_client.sharded_base.os", Here())
    monkeypatch.setattr("duet_client.sharded_base.init_device_mesh", lambda *_: None)
    monkeypatch.setattr("duet_client.sharded_base._shard", lambda *_: None)
    loaded = outcomes(3, lambda ranks: load_sharded(lambda: torch.nn.Linear(2, 2), ranks))
    assert [type(each).__name__ for each in loaded] == 3 * ["Linear"]
