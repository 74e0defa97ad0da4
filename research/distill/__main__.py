"""One command: SmolLM2-135M-Instruct cut down, fitted, trained on, measured and written. What is done is not repeated."""

import argparse
import shutil
from pathlib import Path

import torch

from research.pretrain.evaluate import evaluate
from research.pretrain.export import export
from research.pretrain.train import TrainingSettings, train
from research.pretrain.workspace import Workspace

from .origin import ORIGIN
from .pipeline import prepare, student_size
from .teacher import open_teacher

LICENCE = Path("models/use-lite/LICENSE")  # the text of Apache-2.0


def distill(options: argparse.Namespace) -> None:
    """All stages in order; training goes on from its checkpoint if there is one."""
    work, teacher = Workspace(options.work), open_teacher()
    size = student_size(teacher, options.vocabulary, options.key_value_heads, options.intermediate)
    prepare(work, teacher, size, options.fit_rows)
    settings = TrainingSettings(rows=options.rows, length=options.length, seconds=options.seconds, tokens=options.tokens,
                                dropout=options.dropout, evaluate_every=options.evaluate_every, patience=options.patience,
                                seed=options.seed, device=options.device)
    train(work, size, settings, resume=work.checkpoint.exists())
    evaluate(work, options.device)
    folder = options.out or work.root / options.name
    export(work, folder, options.name, ORIGIN.replace("\n", " "))
    shutil.copyfile(LICENCE, folder / "LICENSE")


def parser() -> argparse.ArgumentParser:
    """The options."""
    root = argparse.ArgumentParser(prog="python3 -m research.distill", description=__doc__,
                                   formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    root.add_argument("--work", type=Path, default=Path(".cache/distill"), help="folder of everything in between")
    root.add_argument("--name", default="duet-small", help="title of the model card")
    root.add_argument("--out", type=Path, help="folder to write; by default one of that name in the work folder")
    root.add_argument("--threads", type=int, default=0, help="CPU threads; 0 is all. On a busy machine one is fastest")
    root.add_argument("--vocabulary", type=int, default=6144, help="pieces kept of the tokenizer")
    root.add_argument("--key-value-heads", type=int, default=1, help="kept of three in a layer, each with its three query heads")
    root.add_argument("--intermediate", type=int, default=672, help="neurons kept of 1,536 in a layer")
    root.add_argument("--fit-rows", type=int, default=112, help="rows of 128 tokens that the closed-form fit sees")
    root.add_argument("--seconds", type=float, help="budget in seconds of training")
    root.add_argument("--tokens", type=int, help="budget in tokens of training")
    root.add_argument("--rows", type=int, default=4, help="rows a batch")
    root.add_argument("--length", type=int, default=128, help="tokens a row")
    root.add_argument("--dropout", type=float, default=0.0, help="on the embedding and behind every branch")
    root.add_argument("--evaluate-every", type=int, default=200, help="steps between evaluations and checkpoints")
    root.add_argument("--patience", type=int, default=0, help="evaluations without gain until it stops; 0 is never")
    root.add_argument("--seed", type=int, default=0, help="of batches and dropout")
    found = "cuda" if torch.cuda.is_available() else "cpu"
    root.add_argument("--device", choices=["cpu", "cuda"], default=found, help="CUDA computes in bfloat16")
    root.add_argument("--selftest", action="store_true", help="check the stages on a small made-up model instead, in seconds")
    return root


def main() -> None:
    """Parses the command line and runs."""
    options = parser().parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.selftest:
        from .selftest import selftest

        selftest()
    else:
        distill(options)


if __name__ == "__main__":
    main()
