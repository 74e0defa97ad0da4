"""Stage 3: trains the decoder. A stopped training goes on from its last checkpoint as if it had not been stopped."""

import math
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from typing import ContextManager

import torch
from torch import Tensor

from .checkpoint import Progress, capture_randomness, load, restore_randomness, save
from .model import CausalLm, ModelSize, initialise
from .optimizers import OptimizerPair
from .tokens import TokenFile
from .workspace import Workspace

WARM_UP_STEPS = 60
DECAY_BEGINS = 0.35  # fraction of the budget
VALIDATION_BATCHES = 20  # during training; the evaluate stage reads the whole held-out part
LOG_EVERY = 20


@dataclass(frozen=True)
class TrainingSettings:
    """How to train. The defaults are those of duet-base and duet-tiny, apart from their budgets in seconds."""

    rows: int = 8
    length: int = 256  # tokens a row
    dropout: float = 0.0
    seconds: float | None = None
    tokens: int | None = None
    evaluate_every: int = 100  # steps; a checkpoint is written as often
    patience: int = 0  # evaluations without a lower validation loss until training stops; 0 is never
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.seconds is None and self.tokens is None:
            raise SystemExit("Training needs a budget: --seconds, --tokens or both (the first one spent ends it).")

    def fraction_spent(self, progress: Progress) -> float:
        """Part of the budget that is used, 1 when it is spent."""
        by_time = progress.seconds / self.seconds if self.seconds else 0.0
        by_tokens = progress.tokens / self.tokens if self.tokens else 0.0
        return min(1.0, max(by_time, by_tokens))


def rate_factor(step: int, fraction: float) -> float:
    """Trapezoid: a linear warm-up over steps, a plateau, and a linear decay to zero over the rest of the budget."""
    decay = 1.0 if fraction < DECAY_BEGINS else (1 - fraction) / (1 - DECAY_BEGINS)
    return min(1.0, (step + 1) / WARM_UP_STEPS) * decay


class Trainer:
    """Model, optimisers, randomness and progress: what a checkpoint holds."""

    def __init__(self, work: Workspace, size: ModelSize, settings: TrainingSettings) -> None:
        if settings.length > size.context:
            raise SystemExit("--length must not exceed --context.")
        self.work, self.settings = work, settings
        self.data = TokenFile(work.tokens, settings.length)
        self.progress = Progress()
        self.model = CausalLm(size, settings.dropout)
        given = work.initial.exists()
        if given:
            self.model.load_state_dict(load(work.initial)["model"])
        else:
            initialise(self.model, settings.seed)
        self.model.to(settings.device)
        self.optimizers = (OptimizerPair.for_given_weights if given else OptimizerPair.for_random_weights)(self.model)
        torch.manual_seed(settings.seed)  # dropout
        self.generator = torch.Generator().manual_seed(settings.seed + 1)  # batches

    @classmethod
    def resumed(cls, work: Workspace, settings: TrainingSettings) -> "Trainer":
        """A trainer as the checkpoint left it. What shapes the steps is the checkpoint's; budget, patience and device are new."""
        saved = load(work.checkpoint)
        earlier = TrainingSettings(**saved["settings"])
        settings = replace(settings, rows=earlier.rows, length=earlier.length, dropout=earlier.dropout, seed=earlier.seed)
        trainer = cls(work, ModelSize(**saved["size"]), settings)
        trainer.model.load_state_dict(saved["model"])
        trainer.optimizers.load_state_dict(saved["optimizers"])
        trainer.progress = Progress(**saved["progress"])
        restore_randomness(saved["randomness"], trainer.generator)
        return trainer

    def save(self) -> None:
        """Writes the checkpoint."""
        save(self.work.checkpoint, {
            "size": asdict(self.model.size), "settings": asdict(self.settings), "model": self.model.state_dict(),
            "optimizers": self.optimizers.state_dict(), "progress": asdict(self.progress),
            "randomness": capture_randomness(self.generator),
        })

    def run(self) -> None:
        """Trains until the budget is spent or the validation loss no longer falls."""
        parameters = sum(weight.numel() for weight in self.model.parameters())
        print(f"{parameters:,} parameters, {self.data.training_tokens:,} tokens to draw from, {self.settings.device}", flush=True)
        while self.settings.fraction_spent(self.progress) < 1 and not self.out_of_patience():
            loss = self.step()
            if self.progress.step % LOG_EVERY == 0:
                print(f"step {self.progress.step}, {self.progress.tokens:,} tokens, {self.progress.seconds:.0f} s, loss {loss:.4f}",
                      flush=True)
            if self.progress.step % self.settings.evaluate_every == 0:
                self.evaluate()
        if self.progress.evaluated_step < self.progress.step:
            self.evaluate()
        print(f"finished at step {self.progress.step}; best validation loss {self.progress.best_loss:.4f}", flush=True)

    def step(self) -> float:
        """One batch; gives its loss in nats a token."""
        began = time.monotonic()
        self.model.train()
        factor = rate_factor(self.progress.step, self.settings.fraction_spent(self.progress))
        loss = self.batch_loss(*self.data.random_batch(self.settings.rows, self.generator))
        loss.backward()
        self.optimizers.step(factor)
        value = loss.item()
        if not math.isfinite(value):
            raise SystemExit(f"The loss is {value} at step {self.progress.step}. The last checkpoint is kept.")
        self.progress.step += 1
        self.progress.tokens += self.settings.rows * self.settings.length
        self.progress.seconds += time.monotonic() - began
        return value

    def batch_loss(self, ids: Tensor, targets: Tensor) -> Tensor:
        """Mean loss of a batch on the device; in bfloat16 where that is CUDA."""
        device = self.settings.device
        with mixed_precision(device):
            return self.model.loss(ids.to(device, non_blocking=True), targets.to(device, non_blocking=True))

    @torch.no_grad()
    def evaluate(self) -> None:
        """Measures the validation loss, keeps the weights when they are the best so far, and writes the checkpoint."""
        self.model.eval()
        batches = self.data.validation_batches(self.settings.rows, VALIDATION_BATCHES)
        losses = [self.batch_loss(*batch).item() for batch in batches]
        loss = sum(losses) / len(losses)
        self.progress.record(loss)
        print(f"step {self.progress.step}, validation loss {loss:.4f}", flush=True)
        if loss == self.progress.best_loss:
            save(self.work.best, {
                "size": asdict(self.model.size), "settings": asdict(self.settings), "model": self.model.state_dict(),
                "progress": asdict(self.progress),
            })
        self.save()

    def out_of_patience(self) -> bool:
        """Whether the last `patience` evaluations brought no lower loss."""
        return 0 < self.settings.patience <= self.progress.evaluations_since_best


def mixed_precision(device: str) -> ContextManager[object]:
    """bfloat16 products on CUDA, float32 elsewhere; the weights are float32 everywhere."""
    return torch.autocast("cuda", dtype=torch.bfloat16) if device.startswith("cuda") else nullcontext()


def train(work: Workspace, size: ModelSize, settings: TrainingSettings, resume: bool) -> None:
    """Trains from the start, or goes on from the checkpoint. Raises SystemExit rather than overwrite a checkpoint."""
    if not resume and work.checkpoint.exists():
        raise SystemExit("There is a checkpoint. Go on with --resume, or use another --work folder.")
    if resume and not work.checkpoint.exists():
        raise SystemExit("There is no checkpoint to resume from.")
    (Trainer.resumed(work, settings) if resume else Trainer(work, size, settings)).run()
