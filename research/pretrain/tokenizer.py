"""Stage 2: a byte-level BPE tokenizer in the Hugging Face layout, and the corpus as token ids.

Byte-level BPE as in GPT-2: text is cut into words by a pattern, a word's UTF-8 bytes are written as 256 visible characters, and the
most frequent adjacent pair of pieces is joined again and again (Sennrich et al. 2016, arXiv 1508.07909).
"""

import json
from array import array
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import regex

from .corpus import read_corpus
from .merges import Pair, learn_merges
from .workspace import Workspace, read_json, write_json, written_whole

# Contractions, words, numbers of up to three digits, punctuation, space; a leading space belongs to the word behind it.
WORD_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
SPECIAL_PIECES = ["<|endoftext|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|label|>", "<|reserved|>"]
END_OF_TEXT, PAD = 0, 1
# Merges are learnt from the start of the shuffled corpus; more text changes them little.
LEARNING_CHARACTERS = 25_000_000
MAX_LEARNT_WORD = 40
MAX_CACHED_WORDS = 2_000_000


def byte_characters() -> dict[int, str]:
    """A visible character for every byte: itself where it is printable, else one from U+0100 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable}, **{byte: chr(256 + index) for index, byte in enumerate(others)}}


class Tokenizer:
    """Encodes text by a list of merges; control pieces written in the text are text."""

    def __init__(self, merges: list[Pair]) -> None:
        self.merges = merges
        self._words = regex.compile(WORD_PATTERN)
        self._bytes = byte_characters()
        self._ranks = {pair: rank for rank, pair in enumerate(merges)}
        pieces = [*SPECIAL_PIECES, *sorted(self._bytes.values()), *(first + second for first, second in merges)]
        self.vocabulary = {piece: index for index, piece in enumerate(pieces)}
        self._cache: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        """Ids of the text's pieces; nothing is added."""
        return [token for word in self._words.findall(text) for token in self._encode_word(word)]

    def _encode_word(self, word: str) -> list[int]:
        """Ids of one word: its bytes, the earliest learnt pair joined first, leftmost first."""
        known = self._cache.get(word)
        if known is not None:
            return known
        pieces = spell(word, self._bytes)
        while len(pieces) > 1:
            rank, at = min((self._ranks.get(pair, len(self.merges)), at) for at, pair in enumerate(zip(pieces, pieces[1:])))
            if rank == len(self.merges):
                break
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
        ids = [self.vocabulary[piece] for piece in pieces]
        if len(self._cache) < MAX_CACHED_WORDS:
            self._cache[word] = ids
        return ids

    def to_json(self) -> dict[str, Any]:
        """The tokenizer.json that Hugging Face libraries read."""
        split = {"type": "Split", "pattern": {"Regex": WORD_PATTERN}, "behavior": "Isolated", "invert": False}
        to_bytes = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
        return {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [
                {"id": index, "content": piece, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
                 "special": True}
                for index, piece in enumerate(SPECIAL_PIECES)
            ],
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, to_bytes]},
            "post_processor": None,
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {
                "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                "vocab": self.vocabulary, "merges": [" ".join(pair) for pair in self.merges],
            },
        }


def spell(word: str, characters: dict[int, str]) -> list[str]:
    """The bytes of a word as visible characters."""
    return [characters[byte] for byte in word.encode("utf-8")]


def train_tokenizer(texts: Iterable[str], vocabulary_size: int) -> Tokenizer:
    """Learns merges from the first LEARNING_CHARACTERS of the texts until the vocabulary is full."""
    words = regex.compile(WORD_PATTERN)
    counts: dict[str, int] = {}
    read = 0
    for text in texts:
        if read > LEARNING_CHARACTERS:
            break
        read += len(text)
        for word in words.findall(text):
            counts[word] = counts.get(word, 0) + 1
    characters = byte_characters()
    # Words seen once and very long ones are names and noise.
    spelled = [(spell(word, characters), count) for word, count in counts.items() if count > 1 and len(word) < MAX_LEARNT_WORD]
    return Tokenizer(learn_merges(spelled, vocabulary_size - len(SPECIAL_PIECES) - len(characters)))


def load_tokenizer(path: Path) -> Tokenizer:
    """A tokenizer that `to_json` wrote."""
    pairs = (merge.split(" ") for merge in read_json(path)["model"]["merges"])
    return Tokenizer([(first, second) for first, second in pairs])


def build_tokenizer(work: Workspace, vocabulary_size: int) -> None:
    """Writes tokenizer.json, learnt from the corpus."""
    if not len(SPECIAL_PIECES) + 256 < vocabulary_size <= 65_536:
        raise SystemExit("The vocabulary must have more than 264 and at most 65,536 pieces.")
    tokenizer = train_tokenizer(read_corpus(work.corpus), vocabulary_size)
    with written_whole(work.tokenizer) as unfinished:
        unfinished.write_text(json.dumps(tokenizer.to_json(), ensure_ascii=False), encoding="utf-8")
    print(f"tokenizer: {len(tokenizer.vocabulary):,} pieces", flush=True)


def encode_corpus(work: Workspace) -> None:
    """Writes the ids of all documents, each followed by the end-of-text piece."""
    tokenizer = load_tokenizer(work.tokenizer)
    documents = characters = tokens = 0
    texts = read_corpus(work.corpus)
    with written_whole(work.tokens) as unfinished, unfinished.open("wb") as file:
        while batch := list(islice(texts, 1000)):
            ids = array("H", (token for text in batch for token in (*tokenizer.encode(text), END_OF_TEXT)))
            ids.tofile(file)
            documents, characters, tokens = documents + len(batch), characters + sum(map(len, batch)), tokens + len(ids)
    write_json(work.tokens_summary, {"documents": documents, "characters": characters, "tokens": tokens})
    print(f"tokens: {tokens:,}, {characters / tokens:.2f} characters a token", flush=True)
