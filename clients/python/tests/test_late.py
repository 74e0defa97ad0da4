"""A client that misses a round goes on with it where its answer is still taken, and it counts; against the real coordinator."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

from conftest import DEADLINE_SECONDS, Federation, client, ended

Start = Callable[..., Federation]
Run = Callable[[list[str]], Popen[str]]


def test_what_a_paused_client_had_begun_counts_in_a_later_round(federation: Start, run: Run, tmp_path: Path) -> None:
    small = federation(clients=2, rounds=4, localSteps=2, innerSteps=40, lateRounds=4, roundDeadlineSeconds=10)
    others = [run(client(small, index, tmp_path)) for index in range(2)]

    def has_begun() -> bool:
        """Whether the second is within a training of a round, as its disk has it."""
        return any((tmp_path / "state-1").glob("*/trainings/*.safetensors"))

    until(has_begun)
    others[1].send_signal(signal.SIGSTOP)
    assert has_begun()
    until(lambda: (small.snapshot()["openRound"] or {}).get("round", 0) >= 2)
    others[1].send_signal(signal.SIGCONT)
    told = [ended(program) for program in others]
    assert [code for code, _ in told] == [0, 0], told
    snapshot = small.snapshot()
    slow = next(one["id"] for one in snapshot["clients"] if one["name"] == "python 1")
    late = [view["late"][slow] for view in snapshot["rounds"] if slow in view.get("late", {})]
    assert late[:1] == [1]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
