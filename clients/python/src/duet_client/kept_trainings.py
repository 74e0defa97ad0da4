"""Where the trainings of an open round are, on the disk: a round that is run again goes on where it was interrupted."""

import hashlib
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

from safetensors.torch import load, save

from duet_client.adapter import Adapter, flat_values
from duet_client.files import write_file
from duet_client.training import Position, TrainingRun

INTERVAL_SECONDS = 5.0
PARTS = ("values", "first", "second")


class KeptTrainings:
    """One file a training, by its name and its seed, which are of one training in one round alone."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        """Use what is in the folder."""
        self.folder, self.say = folder, say
        self._kept_at = -math.inf

    def find(self, run: TrainingRun) -> Position | None:
        """Where this very training was; None where it had not begun, or from something else."""
        path = self._path(run)
        if not path.exists():
            return None
        content = path.read_bytes()
        about = json.loads(json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]["training"])
        if about["start"] != _digest(run):
            return None
        tensors = load(content)
        values, first, second = ({key: tensors[f"{part}/{key}"] for key in about["keys"]} for part in PARTS)
        self.say(f"Goes on at step {about['step']} of {run.steps}.")
        return Position(about["step"], values, first, second, about["lossSum"], about["tokens"])

    def after_step(self, run: TrainingRun, done: int, position: Callable[[], Position]) -> None:
        """Keep it at first, every few seconds, and at its end."""
        now = time.monotonic()
        if done == run.steps or now - self._kept_at >= INTERVAL_SECONDS:
            self._keep(run, position())
            self._kept_at = now

    def forget(self) -> None:
        """The round is finished."""
        for path in self.folder.glob("*.safetensors"):
            path.unlink()

    def _keep(self, run: TrainingRun, where: Position) -> None:
        about = {
            "start": _digest(run),
            "keys": list(where.values),
            "step": where.step,
            "lossSum": where.loss_sum,
            "tokens": where.tokens,
        }
        adapters: dict[str, Adapter] = {"values": where.values, "first": where.first, "second": where.second}
        tensors = {f"{part}/{key}": tensor.contiguous() for part, adapter in adapters.items() for key, tensor in adapter.items()}
        write_file(self._path(run), save(tensors, metadata={"training": json.dumps(about)}))

    def _path(self, run: TrainingRun) -> Path:
        return self.folder / f"{run.name}-{run.seed}.safetensors"


def _digest(run: TrainingRun) -> str:
    """SHA-256 of what it starts from: a round that is opened again may start from something else."""
    digest = hashlib.sha256()
    for adapter in (run.start, run.beside, run.anchor):
        digest.update(flat_values(adapter).tobytes() if adapter else b"none")
    return digest.hexdigest()
