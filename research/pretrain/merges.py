"""Learns byte-pair merges with counts that are updated, not recounted, after every merge."""

import heapq
from collections import Counter, defaultdict

Pair = tuple[str, str]


def learn_merges(words: list[tuple[list[str], int]], wanted: int) -> list[Pair]:
    """Up to `wanted` merges, most frequent pair first; of equally frequent pairs the one that sorts first.

    `words` are spelled words with their counts. Fewer merges come back when no pair is left.
    """
    table = PairTable(words)
    merges: list[Pair] = []
    while len(merges) < wanted and (pair := table.most_frequent()) is not None:
        table.merge(pair)
        merges.append(pair)
    return merges


class PairTable:
    """Adjacent pairs of all words: how often each occurs and in which words."""

    def __init__(self, words: list[tuple[list[str], int]]) -> None:
        self._words = words
        self._counts: Counter[Pair] = Counter()
        self._words_with: defaultdict[Pair, set[int]] = defaultdict(set)
        for index, (pieces, count) in enumerate(words):
            self._add(index, pieces, count)
        # Entries (-count, pair); an entry whose count is outdated is corrected when it comes up.
        self._heap = [(-count, pair) for pair, count in self._counts.items()]
        heapq.heapify(self._heap)

    def most_frequent(self) -> Pair | None:
        """The most frequent pair, or None when no pair is left."""
        while self._heap:
            entry, pair = heapq.heappop(self._heap)
            count = self._counts.get(pair, 0)
            if count > 0 and count == -entry:
                return pair
            if count > 0:
                heapq.heappush(self._heap, (-count, pair))
        return None

    def merge(self, pair: Pair) -> None:
        """Joins the pair wherever it occurs."""
        changed: set[Pair] = set()
        for index in list(self._words_with[pair]):
            pieces, count = self._words[index]
            joined = join_pair(pieces, pair)
            for old in zip(pieces, pieces[1:]):
                self._counts[old] -= count
            self._words[index] = (joined, count)
            self._add(index, joined, count)
            changed.update(zip(pieces, pieces[1:]), zip(joined, joined[1:]))
        del self._words_with[pair], self._counts[pair]
        for other in changed:
            if self._counts.get(other, 0) > 0:
                heapq.heappush(self._heap, (-self._counts[other], other))

    def _add(self, index: int, pieces: list[str], count: int) -> None:
        """Counts the pairs of one word."""
        for pair in zip(pieces, pieces[1:]):
            self._counts[pair] += count
            self._words_with[pair].add(index)


def join_pair(pieces: list[str], pair: Pair) -> list[str]:
    """The pieces with the pair joined, from the left."""
    joined: list[str] = []
    at = 0
    while at < len(pieces):
        if at + 1 < len(pieces) and (pieces[at], pieces[at + 1]) == pair:
            joined.append(pieces[at] + pieces[at + 1])
            at += 2
        else:
            joined.append(pieces[at])
            at += 1
    return joined
