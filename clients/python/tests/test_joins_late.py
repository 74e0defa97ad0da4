"""A client that joins while a round is open learns alone outside of it, and then takes part; against the real coordinator."""

import signal
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

from conftest import Federation, client, ended
from test_late import until

Start = Callable[..., Federation]
Run = Callable[[list[str]], Popen[str]]


def test_a_newcomer_learns_alone_while_a_round_is_open(federation: Start, run: Run, tmp_path: Path) -> None:
    choices = {"preset": "paper", "rounds": 3, "localSteps": 4, "innerSteps": 20, "reconnectGraceSeconds": 600}
    small = federation(clients=2, minClients=1, **choices)
    first = run(client(small, 0, tmp_path))
    until(lambda: (small.snapshot()["openRound"] or {}).get("round") == 1)
    first.send_signal(signal.SIGSTOP)
    second = run(client(small, 1, tmp_path))

    def has_caught_up() -> bool:
        snapshot = small.snapshot()
        late = [one for one in snapshot["clients"] if one["name"] == "python 1"]
        return [[entry["round"] for entry in one["history"]] for one in late] == [[0]] and snapshot["openRound"]["round"] == 1

    until(has_caught_up)
    assert len(small.snapshot()["openRound"]["participants"]) == 1
    first.send_signal(signal.SIGCONT)
    told = [ended(program) for program in (first, second)]
    assert [code for code, _ in told] == [0, 0], told
    assert [len(view["aggregated"]) for view in small.snapshot()["rounds"]] == [1, 1, 2, 2, 2]
