"""The teacher's tokenizer cut to its first pieces, and the corpus encoded with it.

Byte-level BPE learns one piece per merge and numbers pieces in that order, so the first N ids with the merges that make them are a
tokenizer themselves, and their ids and embedding rows are the teacher's.
"""

from array import array
from itertools import islice

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from research.pretrain.corpus import read_corpus
from research.pretrain.workspace import Workspace, write_json, written_whole

from .teacher import TeacherFile

END_OF_TEXT = 0
DOCUMENTS_AT_ONCE = 1000


def first_pieces(teacher: TeacherFile, count: int) -> Tokenizer:
    """The tokenizer of the first `count` pieces."""
    others = len(teacher.pieces) - len(teacher.merges)  # control pieces and bytes
    if not others < count <= min(len(teacher.pieces), 65_536):
        raise SystemExit(f"The vocabulary must have more than {others} and at most {len(teacher.pieces):,} pieces.")
    vocabulary = {piece: index for index, piece in enumerate(teacher.pieces[:count])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=teacher.merges[: count - others]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    control = [piece for piece in teacher.pieces[:others] if piece.startswith("<") and piece.endswith(">") and len(piece) > 2]
    tokenizer.add_special_tokens([AddedToken(piece, special=True, normalized=False) for piece in control])
    return tokenizer


def encode_corpus(work: Workspace, tokenizer: Tokenizer) -> None:
    """Writes tokenizer.json and the ids of all documents, each followed by the end-of-text piece, unless they are there."""
    if not work.tokenizer.exists():
        with written_whole(work.tokenizer) as unfinished:
            tokenizer.save(str(unfinished))
    if work.tokens.exists() and work.tokens_summary.exists():
        return
    tokenizer.encode_special_tokens = True  # A control piece written in the text is text.
    documents = characters = tokens = 0
    texts = read_corpus(work.corpus)
    with written_whole(work.tokens) as unfinished, unfinished.open("wb") as file:
        while batch := list(islice(texts, DOCUMENTS_AT_ONCE)):
            encoded = tokenizer.encode_batch(batch, add_special_tokens=False)
            ids = array("H", (token for text in encoded for token in (*text.ids, END_OF_TEXT)))
            ids.tofile(file)
            documents, characters, tokens = documents + len(batch), characters + sum(map(len, batch)), tokens + len(ids)
    write_json(work.tokens_summary, {"documents": documents, "characters": characters, "tokens": tokens})
    print(f"tokens: {tokens:,}, {characters / tokens:.2f} characters a token", flush=True)
