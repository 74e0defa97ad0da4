"""The ranks of a client at work: rank 0 says what to do, all do it."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from duet_client.adapter import adapter_layout
from duet_client.base_model import Example, load_base
from duet_client.kept_trainings import KeptTrainings
from duet_client.random_stream import client_seed
from duet_client.ranks import Ranks
from duet_client.rows import Split, distinct, read_rows, split_rows
from duet_client.run_round import Client
from duet_client.training import Position, TrainingOutcome, TrainingRun, UnwantedError, train_adapter


def read_split(data: Path, input_column: str, label_column: str, config: dict[str, Any]) -> Split:
    """The rows of a file, split as every rank splits them."""
    return split_rows(read_rows(data, input_column, label_column, config["task"]["labels"]), config["seed"])


def prepare(
    config: dict[str, Any],
    base: Path,
    split: Split,
    ranks: Ranks,
    trainings: KeptTrainings | None = None,
    *,
    is_sharded: bool = False,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> Client:
    """Load the base and tokenise the rows. On rank 0 the client's training tells the other ranks to train along.

    With `trainings` a training is kept on the disk, and one that was interrupted goes on. With `is_sharded` the base's
    layers are spread over the ranks. Once `is_unwanted` on rank 0, what is under way ends with UnwantedError.
    """
    loaded = load_base(base, config["model"]["config"], ranks, is_sharded=is_sharded)
    task = loaded.label_task(config["task"]["labels"])
    limit = config["training"]["maxTokens"]
    train_rows = [task.encode(row.input, row.answer, limit) for row in split.train]
    lora = config["adapter"]

    def train(run: TrainingRun, on_step: Callable[[int, float, int], None]) -> TrainingOutcome:
        begun = replace(run, begun=trainings.find(run)) if trainings else run
        ranks.broadcast(begun)

        def after_step(done: int, loss: float, tokens: int, position: Callable[[], Position]) -> None:
            if trainings:
                trainings.after_step(run, done, position)
            on_step(done, loss, tokens)

        return train_adapter(task, train_rows, begun, config["training"], lora, ranks, after_step, is_unwanted)

    def encoded(rows: list[Any]) -> list[Example]:
        return [task.encode(row.input, row.answer, limit) for row in rows]

    return Client(
        config=config,
        layout=adapter_layout(loaded.linears, lora),
        task=task,
        train_rows=train_rows,
        fusion_rows=encoded(distinct(split.fusion)),
        test_rows=encoded(list(split.test)),
        seed=client_seed([row.input for row in split.train]),
        train=train,
        is_unwanted=is_unwanted,
    )


def follow(client: Client, ranks: Ranks) -> None:
    """What the other ranks do: train along, and pass along where the base is spread, until rank 0 has nothing more."""
    config = client.config
    while (asked := ranks.broadcast(None)) is not None:
        if isinstance(asked, TrainingRun):
            with contextlib.suppress(UnwantedError):
                train_adapter(client.task, client.train_rows, asked, config["training"], config["adapter"], ranks)
        else:
            client.task.encoder.pass_along()
