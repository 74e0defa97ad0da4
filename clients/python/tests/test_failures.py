"""What goes wrong ends in a sentence with the next step and an exit code, or goes on by itself; against the real coordinator."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest
from conftest import DEADLINE_SECONDS, Federation, client, ended

Start = Callable[..., Federation]
Run = Callable[[list[str]], Popen[str]]

LONG = {"minClients": 1, "rounds": 1, "localSteps": 20, "innerSteps": 2000}
"""Nothing in it ends by itself while a test lasts."""


def training(folder: Path, since: float = 0) -> None:
    """Wait until the first client trains."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not any(kept.stat().st_mtime > since for kept in (folder / "state-0").glob("*/trainings/*.safetensors")):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_told(words: str) -> bool:
    """Whether it is words, and no way through the program; torchrun shows its own."""
    return "src/duet_client/" not in words


def in_first_long_round(small: Federation, folder: Path) -> None:
    """Wait for the round that would take minutes."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (small.snapshot()["openRound"] or {}).get("round") != 1:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    training(folder)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_training_ends_when_its_organiser_stops_the_federation(federation: Start, run: Run, tmp_path: Path, ranks: int) -> None:
    small = federation(**LONG)
    program = run(client(small, 0, tmp_path, ranks))
    in_first_long_round(small, tmp_path)
    assert small.after("stop")["phase"] == "stopped"
    stopped = time.monotonic()
    code, words = ended(program)
    assert time.monotonic() - stopped < 30, words
    assert code == 1
    assert "is over for this client, and its training ends here." in words
    assert is_told(words)


def test_a_client_that_is_removed_ends_with_the_reason_and_may_not_come_back(federation: Start, run: Run, tmp_path: Path) -> None:
    small = federation(**LONG)
    program = run(client(small, 0, tmp_path))
    in_first_long_round(small, tmp_path)
    small.after("remove python 0")
    code, words = ended(program)
    assert code == 1
    assert "The organiser removed this client. Ask the organiser to let you in, or watch instead." in words
    assert is_told(words)
    code, words = ended(run(client(small, 0, tmp_path)))
    assert code == 1
    assert "This link was replaced; ask the organiser for the new one. Run the command again with the new link" in words


def test_a_coordinator_that_goes_in_the_middle_of_a_round_is_met_again(federation: Start, run: Run, tmp_path: Path) -> None:
    small = federation(minClients=1, rounds=2, innerSteps=60)
    program = run(client(small, 0, tmp_path))
    training(tmp_path)
    small.after("away 5")
    code, words = ended(program)
    assert code == 0, words
    assert "It is tried again by itself." in words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    [me] = snapshot["clients"]
    assert [entry["round"] for entry in me["history"]] == [1, 2, 3]


def test_a_full_federation_says_so(federation: Start, run: Run, tmp_path: Path) -> None:
    small = federation(**LONG, maxClients=1)
    run(client(small, 0, tmp_path))
    training(tmp_path)
    other = federation_of(small, tmp_path)
    code, words = ended(run(other))
    assert code == 1
    assert "Ask the organiser to raise the number of clients, or watch instead." in words


def federation_of(small: Federation, folder: Path) -> list[str]:
    """A second client on the first one's rows."""
    command = client(small, 0, folder)
    return [word.replace("state-0", "state-1").replace("python 0", "python 1") for word in command]


@pytest.mark.parametrize("ranks", [1, 2])
def test_what_cannot_be_read_or_written_is_told(federation: Start, run: Run, tmp_path: Path, ranks: int) -> None:
    small = federation(**LONG)
    command = client(small, 0, tmp_path, ranks)
    (tmp_path / "state-0").mkdir()
    (tmp_path / "state-0" / "models").write_text("no folder", encoding="utf-8")
    semicolons = tmp_path / "semicolons.csv"
    semicolons.write_text("text;level\nno cell;info\n", encoding="utf-8")
    for changed, sentence in (
        ([], "cannot be read or written (Not a directory). Make the folder readable and writable"),
        (["--input", "message"], 'There is no column "message"; client-1.csv has: text, level. Name another one by --input'),
        (["--data", str(semicolons)], 'There is no column "text"; semicolons.csv has: text;level.'),
        (["--data", str(tmp_path / "none.csv")], "No such file or directory"),
        (["--state", "/dev/null/here"], "cannot be written (Not a directory). Make its folder writable"),
    ):
        code, words = ended(run([*command, *changed]))
        assert code == 1
        assert sentence in words
        assert is_told(words)
    assert small.snapshot()["clients"] == []


def test_a_fault_of_the_first_rank_alone_ends_the_others(federation: Start, run: Run, tmp_path: Path) -> None:
    """In the middle of a training, which can be kept no longer. The others find it gone, unless torchrun ends them first."""
    small = federation(**LONG)
    program = run(client(small, 0, tmp_path, ranks=2))
    in_first_long_round(small, tmp_path)
    [kept] = (tmp_path / "state-0").glob("*/trainings")
    kept.rename(tmp_path / "trainings")
    kept.write_text("no folder", encoding="utf-8")
    code, words = ended(program)
    assert code == 1
    assert "cannot be written (File exists). Make its folder writable" in words
    assert "Another rank of this client is gone" in words or "closing signal SIGTERM" in words
    assert is_told(words)


def test_a_signal_ends_it_at_once_and_the_same_command_goes_on(federation: Start, run: Run, tmp_path: Path) -> None:
    small = federation(minClients=1, rounds=1, innerSteps=60)
    command = client(small, 0, tmp_path)
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        begun = time.time()
        program = run(command)
        training(tmp_path, begun)
        os.kill(program.pid, interrupt)
        killed = time.monotonic()
        code, words = ended(program)
        assert time.monotonic() - killed < 10
        assert code == 130
        assert "Interrupted. The state is kept: the same command goes on as the same client." in words
    code, words = ended(run(command))
    assert code == 0, words
    assert "Goes on at step " in words
