"""Command line of the pretraining: one command per stage, and `all`, which runs what is not done yet."""

import argparse
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import torch

from .corpus import build_corpus
from .evaluate import evaluate
from .export import export
from .model import ModelSize
from .sources import SOURCES
from .tokenizer import build_tokenizer, encode_corpus, load_tokenizer
from .train import TrainingSettings, train
from .workspace import Workspace

Options = argparse.Namespace


def collect(options: Options, work: Workspace) -> None:
    """Stage 1, unless its output is there."""
    if not work.corpus.exists() or not work.corpus_summary.exists():
        build_corpus(work, options.sources, options.max_characters)


def tokenize(options: Options, work: Workspace) -> None:
    """Stage 2, unless its output is there."""
    if not work.tokenizer.exists():
        build_tokenizer(work, options.vocabulary)
    if not work.tokens.exists() or not work.tokens_summary.exists():
        encode_corpus(work)


def train_model(options: Options, work: Workspace) -> None:
    """Stage 3."""
    names = {field.name for field in fields(TrainingSettings)}
    settings = TrainingSettings(**{name: value for name, value in vars(options).items() if name in names})
    train(work, model_size(options, work), settings, options.resume)


def model_size(options: Options, work: Workspace) -> ModelSize:
    """The shapes asked for; the vocabulary is the tokenizer's."""
    shapes = {field.name: getattr(options, field.name) for field in fields(ModelSize) if field.name in vars(options)}
    return ModelSize(**{**shapes, "vocabulary": len(load_tokenizer(work.tokenizer).vocabulary)})


def measure(options: Options, work: Workspace) -> None:
    """Stage 4."""
    evaluate(work, options.device)


def write_model(options: Options, work: Workspace) -> None:
    """Stage 5."""
    export(work, options.out or work.root / options.name, options.name)


def run_all(options: Options, work: Workspace) -> None:
    """Every stage in order; training goes on from a checkpoint if there is one."""
    options.resume = work.checkpoint.exists()
    for stage in (collect, tokenize, train_model, measure, write_model):
        stage(options, work)


def test_itself(options: Options, work: Workspace) -> None:
    """Needs `tokenizers` and `transformers`, which nothing else here imports."""
    from .selftest import selftest

    selftest()


def main() -> None:
    """Parses the command line and runs the stage."""
    options = parser().parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    stage: Callable[[Options, Workspace], None] = options.stage
    stage(options, Workspace(options.work))


def parser() -> argparse.ArgumentParser:
    """All commands; options that several stages need are given to each of them."""
    root = argparse.ArgumentParser(prog="python3 -m research.pretrain", description=__doc__)
    commands = root.add_subparsers(required=True, metavar="STAGE")
    groups = {
        "corpus": (collect, "fetch packages and collect their text", [corpus_options]),
        "tokenizer": (tokenize, "learn the BPE and encode the corpus", [vocabulary_option]),
        "train": (train_model, "train the decoder", [size_options, training_options, resume_option]),
        "evaluate": (measure, "validation loss and perplexity of the best weights", [device_option]),
        "export": (write_model, "write the Hugging Face folder with its model card", [export_options]),
        "all": (run_all, "every stage; run it again to go on where it stopped",
                [corpus_options, vocabulary_option, size_options, training_options, export_options]),
        "selftest": (test_itself, "check tokenizer, resuming and export against other implementations", []),
    }
    for name, (stage, summary, additions) in groups.items():
        command = commands.add_parser(name, help=summary, description=summary, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        command.set_defaults(stage=stage)
        command.add_argument("--work", type=Path, default=Path(".cache/pretrain"), help="folder of everything in between")
        command.add_argument("--threads", type=int, default=0, help="CPU threads; 0 is all")
        for add in additions:
            add(command)
    return root


def corpus_options(command: argparse.ArgumentParser) -> None:
    """Which text."""
    names = [source.name for source in SOURCES]
    command.add_argument("--sources", nargs="+", choices=names, default=[], metavar="NAME", help=f"some of {', '.join(names)}; none is all")
    command.add_argument("--max-characters", type=int, help="cap per source, below its own")


def vocabulary_option(command: argparse.ArgumentParser) -> None:
    """Size of the tokenizer and of the embedding."""
    command.add_argument("--vocabulary", type=int, default=ModelSize.vocabulary, help="pieces")


def size_options(command: argparse.ArgumentParser) -> None:
    """Shapes of the model; not used when training is resumed."""
    for name in ("layers", "hidden", "heads", "key_value_heads", "head", "intermediate", "context"):
        command.add_argument(option(name), type=int, default=getattr(ModelSize, name), help="shape of the model")


def training_options(command: argparse.ArgumentParser) -> None:
    """Budget, batches and stopping."""
    default = TrainingSettings
    command.add_argument("--seconds", type=float, help="budget in seconds of training")
    command.add_argument("--tokens", type=int, help="budget in tokens")
    command.add_argument("--rows", type=int, default=default.rows, help="rows a batch")
    command.add_argument("--length", type=int, default=default.length, help="tokens a row")
    command.add_argument("--dropout", type=float, default=default.dropout, help="on the embedding and behind every branch")
    command.add_argument("--evaluate-every", type=int, default=default.evaluate_every, help="steps between evaluations and checkpoints")
    command.add_argument("--patience", type=int, default=default.patience, help="evaluations without gain until it stops; 0 is never")
    command.add_argument("--seed", type=int, default=default.seed, help="of weights, batches and dropout")
    device_option(command)


def resume_option(command: argparse.ArgumentParser) -> None:
    """For the train stage alone; `all` resumes by itself."""
    command.add_argument("--resume", action="store_true", help="go on from the checkpoint")


def device_option(command: argparse.ArgumentParser) -> None:
    """Where to compute."""
    found = "cuda" if torch.cuda.is_available() else "cpu"
    command.add_argument("--device", choices=["cpu", "cuda"], default=found, help="CUDA computes in bfloat16")


def export_options(command: argparse.ArgumentParser) -> None:
    """Name and place of the result."""
    command.add_argument("--name", default="duet-base", help="title of the model card")
    command.add_argument("--out", type=Path, help="folder to write; by default one of that name in the work folder")


def option(name: str) -> str:
    """`key_value_heads` becomes `--key-value-heads`."""
    return "--" + name.replace("_", "-")


if __name__ == "__main__":
    main()
