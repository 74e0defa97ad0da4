"""Real counterparts for the tests: the TypeScript code of this repository, run by Node."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
DEADLINE_SECONDS = 240


@pytest.fixture(scope="session")
def golden() -> dict[str, Any]:
    """What the TypeScript client makes of some rows."""
    command = ["node", "--import", "tsx", "tools/testing/pythonClient/golden.ts"]
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout)


@dataclass
class Federation:
    """A small federation on a coordinator of its own."""

    process: subprocess.Popen[str]
    url: str
    federation_id: str
    invite: str
    files: list[Path]

    def snapshot(self) -> dict[str, Any]:
        return self.after("")

    def after(self, order: str) -> dict[str, Any]:
        """The snapshot after an order, see federation.ts."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


@pytest.fixture
def federation() -> Iterator[Callable[..., Federation]]:
    opened: list[subprocess.Popen[str]] = []

    def start(clients: int = 1, base: str | Path = "use-lite", **choices: Any) -> Federation:
        script = "tools/testing/pythonClient/federation.ts"
        command = ["node", "--import", "tsx", script, json.dumps(choices), str(clients), str(Path("models") / base)]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        opened.append(process)
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        return Federation(process, told["url"], told["federationId"], told["invite"], [Path(file) for file in told["files"]])

    yield start
    for process in opened:
        process.communicate("", timeout=30)


def client(federation: Federation, index: int, folder: Path, ranks: int = 1) -> list[str]:
    """The command line of a Python client, alone or under torchrun."""
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={ranks}"] if ranks > 1 else []
    rows = ["--data", str(federation.files[index]), "--input", "text", "--label", "level"]
    own = ["--name", f"python {index}", "--state", str(folder / f"state-{index}"), "--out", str(folder / f"out-{index}")]
    return [sys.executable, *launcher, "-m", "duet_client", "join", federation.invite, *rows, *own]


@pytest.fixture
def run() -> Iterator[Callable[[list[str]], subprocess.Popen[str]]]:
    """Start a program that is gone at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def start(command: list[str]) -> subprocess.Popen[str]:
        # Models this small gain nothing by threads, which would wait for each other on a busy machine.
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and words of a program that ends by itself."""
    words, _ = process.communicate(timeout=DEADLINE_SECONDS)
    return process.returncode, words
