"""A rank is killed while it trains; the client comes back as itself and goes on at its step."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from conftest import DEADLINE_SECONDS, Federation, client, ended

Start = Callable[..., Federation]
Run = Callable[[list[str]], Popen[str]]


def pid_of(rank: int, launcher: Popen[str]) -> int:
    """Process of a rank, among the children of its torchrun."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = re.search(r"^PPid:\s+(\d+)", (process / "status").read_text(encoding="utf-8"), re.MULTILINE)
            environment = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent and int(parent[1]) == launcher.pid and f"RANK={rank}".encode() in environment:
            return int(process.name)
    raise AssertionError(f"There is no rank {rank}")


def until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_rank_ends_all_and_the_same_command_goes_on(federation: Start, run: Run, tmp_path: Path, rank: int) -> None:
    small = federation(minClients=1, rounds=1, innerSteps=40)
    command = client(small, 0, tmp_path, ranks=2)
    cluster = run(command)
    until(lambda: list((tmp_path / "state-0").glob("*/trainings/*.safetensors")))
    [before] = small.snapshot()["clients"]
    os.kill(pid_of(rank, cluster), signal.SIGKILL)
    assert ended(cluster)[0] != 0
    code, words = ended(run(command))
    assert code == 0, words
    assert re.search(r"Goes on at step \d+ of 40", words), words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    [after] = snapshot["clients"]
    assert after["id"] == before["id"]
    assert [entry["round"] for entry in after["history"]] == [1, 2]
    assert not list((tmp_path / "state-0").glob("*/trainings/*.safetensors"))
