"""The rows of a client as one of its ranks has them: all of them, or its own alone, of which the others know label and place.

With its own file for every rank the client has what one process has that reads these files one after the other. Texts and tokens
stay on the rank that read them. Between ranks go: each row's label; a hash by which a rank with another key is found out; hashes
with that key of a row's folded words, to rank 0 alone, which finds near-duplicates by them and tells all which rows are alike;
32 bits of the client's seed, to all; and, once they are made, how many tokens a row has (outlines.py).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duet_client.failure import Failure
from duet_client.near_duplicates import groups_of, words_of
from duet_client.random_stream import ClientSeed
from duet_client.ranks import Ranks
from duet_client.rows import Row, Split, read_rows, split_rows

RANK = "{rank}"
"""In a file's name it stands for the rank that reads it."""
HASH_BYTES = 8
"""Of a word: of a million different ones two are taken for the same with a probability of 3e-8."""


@dataclass(frozen=True)
class ClientRows:
    """Rows by their place in the client."""

    answers: Sequence[str]
    texts: Mapping[int, str]
    """Of the rows that are here."""
    is_spread: bool
    """Whether every row is on one rank alone; else all are on all of them."""
    groups: Sequence[int]
    """Of near-duplicates."""
    split: Split
    seed: int
    """The client's own, of its training texts: the same after it has come back."""


def read_client_rows(data: Path, columns: tuple[str, str], config: Mapping[str, Any], ranks: Ranks, secret: str) -> ClientRows:
    """Read this rank's file. `secret` is something that all ranks have been given and that does not go between them."""
    labels, seed, is_spread = config["task"]["labels"], config["seed"], RANK in str(data)
    rows = ranks.all_or_none(lambda: read_rows(_file_of(data, ranks), *columns, labels))
    if is_spread:
        return spread_rows(rows, labels, seed, ranks, secret)
    if len(set(ranks.gather(_digest(rows)))) > 1:
        raise Failure(
            f"The ranks of this client have read different rows. Give them the same file, or each its own by {RANK} in --data."
        )
    return whole_rows(rows, seed)


def _file_of(data: Path, ranks: Ranks) -> Path:
    if RANK not in str(data):
        return data
    own, unread = (Path(str(data).replace(RANK, str(rank))) for rank in (ranks.rank, ranks.size))
    if unread.exists():
        raise Failure(
            f"{unread} would not be read: ranks are numbered from 0, and there are {ranks.size}. "
            "Start as many ranks as there are files (torchrun --nproc-per-node), or take away the files that are not meant."
        )
    return own


def whole_rows(rows: Sequence[Row], seed: int) -> ClientRows:
    """Rows that every rank has."""
    answers, groups = [row.answer for row in rows], groups_of([words_of(row.input) for row in rows])
    split = split_rows(answers, groups, seed)
    own = ClientSeed().after(rows[place].input for place in split.train)
    return ClientRows(answers, {place: row.input for place, row in enumerate(rows)}, False, groups, split, own.seed)


def spread_rows(rows: Sequence[Row], labels: Sequence[str], seed: int, ranks: Ranks, secret: str) -> ClientRows:
    """Rows of which this rank has its own, behind those of the ranks before it."""
    told = ranks.gather([labels.index(row.answer) for row in rows])
    answers = [labels[label] for each in told for label in each]
    begin = sum(len(each) for each in told[: ranks.rank])
    texts = {begin + at: row.input for at, row in enumerate(rows)}
    groups = _groups_over(rows, ranks, secret)
    split = split_rows(answers, groups, seed)
    own = ClientSeed()
    for turn in range(ranks.size):
        # Texts are hashed one after the other, each rank from where the one before it was.
        here = own.after(texts[place] for place in split.train if place in texts) if turn == ranks.rank else None
        own = ranks.gather(here)[turn]
    return ClientRows(answers, texts, True, groups, split, own.seed)


def _groups_over(rows: Sequence[Row], ranks: Ranks, secret: str) -> list[int]:
    key = hashlib.sha256(secret.encode()).digest()
    if len(set(ranks.gather(_hash("", key, b"which key")))) > 1:
        # Their hashes of one word would differ: copies of a row on two ranks would be in training and in test.
        raise Failure(
            "The ranks of this client were started with different invite links. Run the same command, with one link, on each."
        )
    told = ranks.collect(ranks.all_or_none(lambda: [[_hash(word, key) for word in words_of(row.input)] for row in rows]))
    found: list[int] = ranks.broadcast(ranks.all_or_none(lambda: told and groups_of([words for each in told for words in each])))
    return found


def _hash(word: str, key: bytes, purpose: bytes = b"") -> bytes:
    return hashlib.blake2b(word.encode("utf-8", "surrogatepass"), key=key, person=purpose, digest_size=HASH_BYTES).digest()


def _digest(rows: Sequence[Row]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{len(row.input)} {row.input}{row.answer}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
