"""The ranks of a client at work: rank 0 says what to do, and all do it, each with the rows that it has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from duet_client.adapter import Adapter, Layout, adapter_layout
from duet_client.base_model import ActiveAdapter, LabelTask, load_base
from duet_client.client_rows import ClientRows
from duet_client.evaluation import row_losses
from duet_client.kept_trainings import KeptTrainings
from duet_client.outlines import Outline, outlines_of, share_of
from duet_client.ranks import Ranks
from duet_client.rows import distinct
from duet_client.run_round import Client
from duet_client.training import OnStep, Position, TrainingOutcome, TrainingRun, UnwantedError, train_adapter


@dataclass(frozen=True)
class Scoring:
    """Some rows and an adapter to measure on them, as plain data: it goes from rank 0 to all."""

    places: Sequence[int]
    adapter: Adapter | None


PROTOTYPES = "prototypes"
"""What rank 0 says where it wants those of the training rows."""


def prepare(
    config: dict[str, Any],
    base: Path,
    rows: ClientRows,
    ranks: Ranks,
    trainings: KeptTrainings | None = None,
    *,
    is_sharded: bool = False,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> Client:
    """Load the base and tokenise the rows. What the client does on rank 0, the other ranks do along.

    With `trainings` a training is kept on the disk, and one that was interrupted goes on. With `is_sharded` the base's
    layers are spread over the ranks. Once `is_unwanted` on rank 0, what is under way ends with UnwantedError.
    """
    labels, limit = config["task"]["labels"], config["training"]["maxTokens"]

    def load() -> tuple[LabelTask, Layout]:
        loaded = load_base(base, config["model"]["config"], ranks, is_sharded=is_sharded)
        return loaded.label_task(labels), adapter_layout(loaded.linears, config["adapter"])

    task, layout = ranks.all_or_none(load)
    outlines = outlines_of(rows, lambda text, answer: task.encode(text, answer, limit), labels, ranks)
    team = _Team(config, task, outlines, [outlines[place] for place in rows.split.train], ranks)

    def train(run: TrainingRun, on_step: Callable[[int, float, int], None]) -> TrainingOutcome:
        begun = replace(run, begun=trainings.find(run)) if trainings else run

        def after_step(done: int, loss: float, tokens: int, position: Callable[[], Position]) -> None:
            if trainings:
                trainings.after_step(run, done, position)
            on_step(done, loss, tokens)

        with ranks.at_work():
            outcome = team.train(ranks.broadcast(begun), after_step, is_unwanted)
        if outcome is None:
            raise UnwantedError
        return outcome

    def score(asked: Sequence[Outline], adapter: Adapter | None) -> tuple[list[float], list[int]]:
        with ranks.at_work():
            return team.score(ranks.broadcast(Scoring([row.place for row in asked], adapter)))

    def prototypes() -> torch.Tensor:
        with ranks.at_work():
            ranks.broadcast(PROTOTYPES)
            return team.prototypes()

    return Client(
        config=config,
        layout=layout,
        task=task,
        train_rows=team.train_rows,
        fusion_rows=[outlines[place] for place in distinct(rows.split.fusion, rows.groups)],
        test_rows=[outlines[place] for place in rows.split.test],
        seed=rows.seed,
        train=train,
        score=score,
        prototypes=prototypes,
        follow=team.follow,
        is_unwanted=is_unwanted,
    )


@dataclass(frozen=True)
class _Team:
    """What one rank does of all, and with whom."""

    config: dict[str, Any]
    task: LabelTask
    rows: Sequence[Outline]
    """All of the client's, by their place."""
    train_rows: Sequence[Outline]
    ranks: Ranks

    def follow(self) -> None:
        """Do what rank 0 asks for until it has nothing more."""
        while (asked := self.ranks.broadcast(None)) is not None:
            if isinstance(asked, TrainingRun):
                self.train(asked)
            elif isinstance(asked, Scoring):
                self.score(asked)
            else:
                self.prototypes()

    def train(
        self, run: TrainingRun, on_step: OnStep = lambda *_: None, is_unwanted: Callable[[], bool] = lambda: False
    ) -> TrainingOutcome | None:
        """What it comes to; None where any rank has found that it is unwanted."""
        training, lora = self.config["training"], self.config["adapter"]
        try:
            return train_adapter(self.task, self.train_rows, run, training, lora, self.ranks, on_step, is_unwanted)
        except UnwantedError:
            return None

    def score(self, asked: Scoring) -> tuple[list[float], list[int]]:
        """Measure the rows that are here, and hear of the others what they came to."""
        share = share_of([self.rows[place] for place in asked.places], self.ranks)
        measured = row_losses(self.task, [example for _, example in share], self._on_device(asked.adapter))
        self.task.encoder.pass_along()
        here = {at: figures for (at, _), figures in zip(share, zip(*measured, strict=True), strict=True)}
        losses, predicted = [0.0] * len(asked.places), [0] * len(asked.places)
        for told in self.ranks.gather(here):
            for at, (loss, label) in told.items():
                losses[at], predicted[at] = loss, label
        return losses, predicted

    def prototypes(self) -> torch.Tensor:
        """The sum of a label's rows, times the share of rows that an average label has."""
        sums = self.task.label_sums([example for _, example in share_of(self.train_rows, self.ranks)])
        self.ranks.add_up([sums])
        return (sums * (len(self.config["task"]["labels"]) / len(self.train_rows))).cpu()

    def _on_device(self, adapter: Adapter | None) -> ActiveAdapter | None:
        if adapter is None:
            return None
        lora, device = self.config["adapter"], self.task.encoder.device
        return ActiveAdapter({key: values.to(device) for key, values in adapter.items()}, lora["alpha"] / lora["rank"])
