"""Checks every stage but the corpus in a temporary folder, in seconds and without a network: `python3 -m research.pretrain selftest`.

The tokenizer is compared with `tokenizers`, a resumed training with an uninterrupted one, the exported model with `transformers`.
"""

import json
import random
import re
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import torch
from tokenizers import Tokenizer as ReferenceTokenizer
from transformers import AutoModelForCausalLM

from .__main__ import model_size, parser
from .corpus import Document
from .evaluate import evaluate, load_best
from .export import export
from .merges import Pair, learn_merges
from .model import ModelSize
from .tokenizer import build_tokenizer, encode_corpus, load_tokenizer
from .tokens import TokenFile
from .train import Trainer, TrainingSettings, train
from .workspace import Workspace, write_json

VOCABULARY = 400
SIZE = ModelSize(vocabulary=VOCABULARY, layers=2, hidden=32, heads=4, key_value_heads=2, head=8, intermediate=48, context=64)
SETTINGS = TrainingSettings(rows=4, length=32, dropout=0.1, tokens=40 * 4 * 32, evaluate_every=10)
TEXTS = ["The disk's full; 1234567 bytes weren't written.", "  two  spaces,\n\n\ttabs\r\nand lines \n", "Grüße, žluťoučký kůň: 東京 🙂🏽 ½", "", " "]
NOUNS = "disk file server network kernel process packet thread socket driver".split()
VERBS = "reads writes opens closes blocks drops sends waits fails starts".split()


def selftest() -> None:
    """Runs the checks in order; raises AssertionError at the first that fails."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        work = Workspace(Path(folder))
        write_small_corpus(work)
        build_tokenizer(work, VOCABULARY)
        encode_corpus(work)
        check_merges()
        check_tokenizer(work)
        check_command(work)
        check_validation(work)
        check_resuming(work)
        check_export(work)
    print("selftest passed")


def write_small_corpus(work: Workspace) -> None:
    """Made-up sentences from a seed, with the texts of the tokenizer check among them."""
    draw = random.Random(3)
    sentences = [f"The {draw.choice(NOUNS)} {draw.choice(VERBS)} a {draw.choice(NOUNS)} after {draw.randrange(999)} s." for _ in range(900)]
    documents = [Document("made-up", text) for text in [*TEXTS, *sentences]]
    work.corpus.write_text("".join(json.dumps(asdict(document)) + "\n" for document in documents), encoding="utf-8")
    characters = sum(len(document.text) for document in documents)
    write_json(work.corpus_summary, [
        {"source": "made-up", "packages": {}, "licence": "none", "documents": len(documents), "characters": characters},
    ])


def check_merges() -> None:
    """Merges learnt with updated counts are those learnt by counting everything anew each time."""
    words = [(list(word), count) for word, count in [*zip(NOUNS, range(2, 12)), *zip(VERBS, range(3, 13)), ("aaaaa", 4), ("banana", 9)]]
    expected: list[Pair] = []
    spelled = words
    while len(expected) < 30:
        counts: Counter[Pair] = Counter()
        for pieces, count in spelled:
            for pair in zip(pieces, pieces[1:]):
                counts[pair] += count
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        expected.append(best)
        joined = re.compile(rf"(?<!\S){best[0]} {best[1]}(?!\S)")  # The pieces are letters, written here with spaces between.
        spelled = [(joined.sub("".join(best), " ".join(pieces)).split(" "), count) for pieces, count in spelled]
    assert learn_merges(words, 30) == expected
    print("merges: those of counting anew")


def check_tokenizer(work: Workspace) -> None:
    """The same ids as the reference implementation, and the text back from them."""
    ours, reference = load_tokenizer(work.tokenizer), ReferenceTokenizer.from_file(str(work.tokenizer))
    for text in TEXTS:
        ids = reference.encode(text, add_special_tokens=False).ids
        assert ours.encode(text) == ids, text
        assert reference.decode(ids) == text, text
    print("tokenizer: same ids as tokenizers")


def check_command(work: Workspace) -> None:
    """The command line's shapes reach the model, with the tokenizer's vocabulary."""
    options = parser().parse_args(["all", "--layers", "3", "--key-value-heads", "1", "--vocabulary", "9999"])
    assert model_size(options, work) == ModelSize(vocabulary=VOCABULARY, layers=3, key_value_heads=1)
    print("command: shapes of the command line")


def check_validation(work: Workspace) -> None:
    """A few batches are rows from all of the held-out part, each once."""
    data = TokenFile(work.tokens, SETTINGS.length)
    rows = [row for ids, _ in data.validation_batches(4) for row in ids.tolist()]
    some = [row for ids, _ in data.validation_batches(2, 3) for row in ids.tolist()]
    places = [rows.index(row) for row in some]
    assert len(rows) >= 24 and len(set(places)) == 6 and places[0] == 0 and places[-1] >= len(rows) * 2 // 3, (len(rows), places)
    print("validation: a few rows from everywhere")


def check_resuming(work: Workspace) -> None:
    """Twenty steps at once, or twelve, a checkpoint and eight more, give the same losses; training lowers the loss."""
    whole = Trainer(work, SIZE, SETTINGS)
    expected = [whole.step() for _ in range(20)]
    first = Trainer(work, SIZE, SETTINGS)
    losses = [first.step() for _ in range(12)]
    first.save()
    torch.manual_seed(99)  # A new process would not have the old state either.
    second = Trainer.resumed(work, SETTINGS)
    losses += [second.step() for _ in range(8)]
    assert losses == expected, (losses, expected)
    assert losses[-1] < losses[0] - 0.5, losses
    print("training: the same losses after resuming")


def check_export(work: Workspace) -> None:
    """transformers reads the exported folder and computes our logits."""
    train(work, SIZE, SETTINGS, resume=True)
    evaluate(work, "cpu")
    folder = work.root / "exported"
    export(work, folder, "selftest")
    ids = torch.randint(0, VOCABULARY, (2, 40), generator=torch.Generator().manual_seed(5))
    reference = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        expected, ours = reference(ids).logits, load_best(work)(ids)
    difference = (expected - ours).abs().max().item()
    assert difference < 1e-4 < expected.std().item(), difference
    print(f"export: logits within {difference:.1e} of transformers")
