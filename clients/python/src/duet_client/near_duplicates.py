"""Groups of texts that say nearly the same, as `lora-core/data/nearDuplicates.ts` finds them.

Equal once case, punctuation, numbers, addresses and paths are folded, or sets of words that overlap by Jaccard >= 0.8.
"""

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypeVar

import regex

MIN_JACCARD = 0.8
Word = TypeVar("Word", str, bytes)
"""Itself, or its hash."""

_FOLDS = (
    # Scripts without spaces: every character is a word.
    (regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]"), r" \g<0> "),
    # Addresses with a scheme; paths; paths of one segment; hashes without a digit.
    (regex.compile(r"(?<![A-Za-z0-9_])[a-z][a-z0-9+.-]{1,20}://\S+"), " # "),
    (regex.compile(r"(?:[a-z]:)?(?:[\\/][^\s\\/\"',;()]+){2,}[\\/]?"), " # "),
    (regex.compile(r"(?<!\S)/[^\s\\/\"',;()]+"), " # "),
    (regex.compile(r"(?<![A-Za-z0-9_])[0-9a-f]{8,}(?![A-Za-z0-9_])"), " # "),
    # A word with a digit, with what is tied to it.
    (regex.compile(r"(?<![\p{L}_:.@-])[\p{L}_:.@-]*\p{N}[\p{L}\p{N}_:.@-]*"), " # "),
    (regex.compile(r"[^\p{L}\p{M}#]+"), " "),
    (regex.compile(r"#(?: ?#)+"), "#"),
)


def fold_text(text: str) -> str:
    """Lower case words with one space between; whatever varies between instances of one template becomes "#"."""
    folded = unicodedata.normalize("NFKC", text).lower()
    for pattern, replacement in _FOLDS:
        folded = pattern.sub(replacement, folded)
    return folded.strip()


def words_of(text: str) -> list[str]:
    """Different words of the folded text, by which near-duplicates are found."""
    return list(dict.fromkeys(fold_text(text).split(" ")))


def groups_of(texts: Sequence[Sequence[Word]]) -> list[int]:
    """Group index of every text by its words, numbered from 0 in order of first appearance.

    Words are only compared with each other: hashes of them make the same groups.
    """
    keys = [tuple(sorted(words)) for words in texts]
    distinct = list(dict.fromkeys(keys))
    root_of = dict(zip(distinct, _join_similar(distinct), strict=True))
    groups: dict[int, int] = {}
    return [groups.setdefault(root_of[key], len(groups)) for key in keys]


def _join_similar(sets: Sequence[Sequence[Word]]) -> list[int]:
    """Root index per set after joining all pairs with Jaccard >= MIN_JACCARD; candidates by prefix filtering."""
    frequency = Counter(word for words in sets for word in words)
    rank = {word: i for i, (word, _) in enumerate(sorted(frequency.items(), key=lambda entry: (entry[1], entry[0])))}
    ranked = [sorted(rank[word] for word in words) for words in sets]
    parent = list(range(len(sets)))

    def find(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    index: dict[int, list[int]] = defaultdict(list)
    for this in sorted(range(len(ranked)), key=lambda i: (len(ranked[i]), i)):
        words = ranked[this]
        for word in words[: len(words) - math.ceil(MIN_JACCARD * len(words)) + 1]:
            for other in index[word]:
                if len(ranked[other]) < MIN_JACCARD * len(words) or find(other) == find(this):
                    continue
                shared = len(set(words) & set(ranked[other]))
                if shared / (len(words) + len(ranked[other]) - shared) >= MIN_JACCARD:
                    low, high = sorted((find(other), find(this)))
                    parent[high] = low
            index[word].append(this)
    return [find(i) for i in range(len(sets))]
