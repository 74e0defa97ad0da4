"""Ranks with rows of their own: one client, as if one process had them all, and no text and no token goes from one to another."""

import csv
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
import torch
from conftest import DEADLINE_SECONDS, ROOT, Federation, client, ended
from ranks import TORCHRUN
from safetensors.torch import load_file

from duet_client.client_rows import RANK, read_client_rows
from duet_client.encoder import Encoder
from duet_client.failure import Failure
from duet_client.ranks import Ranks
from duet_client.rows import Row

Start = Callable[..., Federation]
Run = Callable[[list[str]], Popen[str]]
ONE_ROUND = {"minClients": 1, "rounds": 1, "localSteps": 4, "innerSteps": 4}
PORT = 29631


MARK = "zqx"
"""Begins a word in every row."""
SMALL = 4096
"""Values of a tensor that may be rows' tokens; gradients and adapters have more."""


def marked(file: Path, folder: Path) -> tuple[Path, str]:
    """Rows with a word of their own each, in one file, and in two of a third and two thirds of them; how those are called."""
    head, *rows = read(file)
    rows = [[f"{text} {MARK}{chr(97 + at // 26)}{chr(97 + at % 26)}", *rest] for at, (text, *rest) in enumerate(rows)]
    border = len(rows) // 3
    parts = {"rows.csv": rows, "rows-0.csv": rows[:border], "rows-1.csv": rows[border:]}
    for name, part in parts.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([head, *part])
    return folder / "rows.csv", str(folder / f"rows-{RANK}.csv")


def read(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as rows:
        return list(csv.reader(rows))


def recorded(command: list[str], folder: Path) -> list[str]:
    """The same command, which writes down what its ranks give each other."""
    folder.mkdir()
    at = command.index("duet_client")
    return [*command[: at - 1], str(Path(__file__).with_name("recorded_join.py")), str(folder), *command[at + 1 :]]


def integers(value: Any) -> Iterator[int | None]:
    """All whole numbers in plain data, also as floats of small tensors, in their order; None between what is no neighbour."""
    if isinstance(value, torch.Tensor):
        is_large = value.is_floating_point() and value.numel() > SMALL
        yield from integers([] if is_large else value.flatten().tolist())
    elif isinstance(value, (list, tuple)):
        yield None
        for each in value:
            yield from integers(each)
        yield None
    elif isinstance(value, dict):
        yield from integers([*value])
        yield from integers([*value.values()])
    elif hasattr(value, "__dict__"):
        yield from integers(vars(value))
    else:
        yield int(value) if isinstance(value, (int, float)) and value == value // 1 else None


def test_whole_numbers_are_found_wherever_they_may_be() -> None:
    tokens = [5, 17, 80, 9]
    whole = torch.tensor(tokens)
    hidden = [tokens, {"tokens": tokens}, dict.fromkeys(tokens), whole, whole.float(), [whole.double()], Row(tokens, 1)]  # type: ignore[arg-type]
    for each in hidden:
        found = list(integers(each))
        assert any(found[at : at + 4] == tokens for at in range(len(found))), each
    for each in (torch.tensor([5.5, 17.5, 80.5, 9.5]), [[5, 17], [80, 9]], "5 17 80 9", float("nan"), float("inf")):
        found = list(integers(each))
        assert not any(found[at : at + 4] == tokens for at in range(len(found))), each


def test_a_cluster_on_two_files_is_the_client_that_has_them_all_and_gives_away_no_row(
    federation: Start, run: Run, tmp_path: Path
) -> None:
    """From joining to fusion, against the real coordinator."""
    made, told = [], []
    for ranks in (1, 2):
        small = federation(**ONE_ROUND)
        whole, shards = marked(small.files[0], tmp_path)
        command = [*client(small, 0, tmp_path / str(ranks), ranks), "--data", str(whole) if ranks == 1 else shards]
        if ranks == 2:
            command = recorded(command, tmp_path / "given")
        code, words = ended(run(command))
        assert code == 0, words
        [me] = small.snapshot()["clients"]
        told.append({"samples": me["samples"], "accuracy": me["history"][-1]["metrics"]["accuracy"]})
        made.append([load_file(tmp_path / f"{ranks}/out-0/{kind}/adapter_model.safetensors") for kind in ("personal", "shared")])
    assert told[0] == told[1]
    for alone, several in zip(*made, strict=True):
        # Of its norm: AdamW divides by gradients that are tiny. To 1e-5 it is compared in test_ranks.py.
        assert max((values - several[key]).norm() / values.norm() for key, values in alone.items()) < 1e-3
        assert any(values.abs().max() > 1e-4 for key, values in alone.items() if "lora_B" in key)
    _, *rows = read(whole)
    encoder = Encoder(ROOT / "models/use-lite", torch.device("cpu"))
    tokens = {tuple(encoder.tokens_of(text, 128)[:4]) for text, _ in rows}
    given = sorted((tmp_path / "given").iterdir())
    assert {file.name.split("-")[0] for file in given} == {"0", "1"}
    for file in given:
        content = file.read_bytes()
        assert MARK.encode() not in content, file.name
        numbers = list(integers(pickle.loads(content)))
        assert not tokens & {tuple(numbers[at : at + 4]) for at in range(len(numbers))}, file.name


MISSING, COLUMNS, LABELS = "is missing", "has other columns", "has other labels"
SENTENCES = {
    MISSING: "The file .*rows-1.csv cannot be read",
    COLUMNS: 'There is no column "text"; rows-1.csv has: message, level. Name another one by --input',
    LABELS: "No row of rows-1.csv has one of the federation's labels: ",
}


@pytest.mark.parametrize("fault", SENTENCES)
def test_a_rank_whose_rows_cannot_be_read_ends_all(federation: Start, run: Run, tmp_path: Path, fault: str) -> None:
    """Before anybody has joined, and each rank says it: the other one, whose fault it is."""
    small = federation(**ONE_ROUND)
    (_, data), other = marked(small.files[0], tmp_path), tmp_path / "rows-1.csv"
    if fault == MISSING:
        other.unlink()
    else:
        words = {COLUMNS: "message,level\nall is well,info\n", LABELS: "text,level\nall is well,who knows\n"}
        other.write_text(words[fault], encoding="utf-8")
    code, words_told = ended(run([*client(small, 0, tmp_path, ranks=2), "--data", data]))
    assert code == 1
    assert len(re.findall(SENTENCES[fault], words_told)) == 2, words_told
    assert len(re.findall(f"Rank 1 of this client: {SENTENCES[fault]}", words_told)) == 1, words_told
    assert "src/duet_client/" not in words_told, words_told
    assert small.snapshot()["clients"] == []


def test_no_file_is_left_unread_because_ranks_are_too_few(tmp_path: Path) -> None:
    for name in ("rows-0.csv", "rows-1.csv"):
        (tmp_path / name).write_text("text,label\n" + "".join(f"disk {at} failed,error\n" for at in range(9)))
    config = {"task": {"labels": ["error", "info"]}, "seed": 1}
    with pytest.raises(Failure, match=r"rows-1\.csv would not be read: .* there are 1\. Start as many ranks"):
        read_client_rows(tmp_path / f"rows-{RANK}.csv", ("text", "label"), config, Ranks(), "secret")


def test_two_machines_with_other_files_of_one_name_are_told_how_to_name_them(federation: Start, tmp_path: Path) -> None:
    """One name means one file; here two nodes have each their own folder."""
    small = federation(**ONE_ROUND)
    marked(small.files[0], tmp_path)
    command = client(small, 0, tmp_path)[1:]
    nodes = []
    for node in range(2):
        folder = tmp_path / f"node-{node}"
        folder.mkdir()
        (tmp_path / f"rows-{node}.csv").rename(folder / "rows.csv")
        launch = [*TORCHRUN, "--nnodes=2", "--nproc-per-node=1", f"--node-rank={node}", "--master-addr=127.0.0.1"]
        whole = [sys.executable, *launch, f"--master-port={PORT}", *command, "--data", "rows.csv"]
        nodes.append(Popen(whole, cwd=folder, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE, text=True))
    try:
        for node in nodes:
            _, words = node.communicate(timeout=DEADLINE_SECONDS)
            assert node.returncode == 1
            assert (
                "The ranks of this client have read different rows. Give them the same file, or each its own by {rank}" in words
            )
    finally:
        for node in nodes:
            node.kill()
    assert small.snapshot()["clients"] == []
