"""The client as a program, against the real coordinator."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from conftest import Federation, client, ended
from safetensors.torch import load_file

from duet_client.client_rows import read_client_rows
from duet_client.ranks import Ranks
from duet_client.session import NO_METRICS

Start = Callable[..., Federation]
Run = Callable[[list[str]], Popen[str]]


def test_one_process_from_joining_to_adapters(federation: Start, run: Run, tmp_path: Path) -> None:
    small = federation(minClients=1, rounds=2, alone=True)
    code, words = ended(run(client(small, 0, tmp_path)))
    assert code == 0, words
    assert "rows: alone 0." in words or "rows: alone 1." in words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    [me] = snapshot["clients"]
    assert me["name"] == "python 0"
    assert me["device"]["description"].startswith("Python 3.")
    assert [entry["round"] for entry in me["history"]] == [1, 2, 3]
    assert me["history"][-1]["metrics"]["accuracy"]["fused"] > 0
    for kind in ("alone", "personal", "shared", "fused"):
        assert load_file(tmp_path / "out-0" / kind / "adapter_model.safetensors")
        assert json.loads((tmp_path / "out-0" / kind / "adapter_config.json").read_text(encoding="utf-8"))["peft_type"] == "LORA"
    for file in (tmp_path / "state-0").rglob("*"):
        assert not file.stat().st_mode & 0o077 or file.is_dir() or file.name == "lock", file


def by_node(federation: Federation, index: int, folder: Path, *more: str) -> list[str]:
    """The command line of a client in Node."""
    rows = ["--data", str(federation.files[index]), "--input", "text", "--label", "level"]
    own = ["--name", f"node {index}", "--state", str(folder / f"node-{index}"), "--out", str(folder / f"out-{index}")]
    return ["node", "--import", "tsx", "apps/headless/src/main.ts", "join", federation.invite, *rows, *own, *more]


def shared_adapters(folder: Path, clients: int) -> list[dict[str, Any]]:
    return [load_file(folder / f"out-{index}" / "shared" / "adapter_model.safetensors") for index in range(clients)]


@pytest.mark.parametrize(("base", "figures"), [("use-lite", "everybody"), ("duet-tiny", "nobody")])
def test_a_cluster_and_a_node_client_in_one_federation(
    federation: Start, run: Run, tmp_path: Path, base: str, figures: str
) -> None:
    """What the cluster is made of, and what it measured, is seen where it says that, and by nobody where it does not."""
    small = federation(clients=2, base=base, rounds=2)
    programs = [run([*client(small, 0, tmp_path, ranks=2), "--figures", figures]), run(by_node(small, 1, tmp_path))]
    for code, words in map(ended, programs):
        assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    cluster, node = (next(each for each in snapshot["clients"] if each["name"] == name) for name in ("python 0", "node 1"))
    assert node["device"]["description"].startswith("Node.js")
    if figures == "everybody":
        assert cluster["device"]["description"].startswith("Cluster of 2: ")
    else:
        assert cluster["device"] is None
        assert cluster["samples"] == {"train": None, "fusion": None, "test": None}
        assert [entry["metrics"] for entry in cluster["history"]] == [NO_METRICS] * 3
    ours, theirs = shared_adapters(tmp_path, 2)
    assert ours.keys() == theirs.keys()
    for key, values in ours.items():
        assert values.equal(theirs[key]), key


@pytest.mark.parametrize("ranks", ["padded", "svd"])
def test_a_node_client_of_fewer_ranks_beside_one_in_python(federation: Start, run: Run, tmp_path: Path, ranks: str) -> None:
    """The one in Python has all of them, of which the other has the first."""
    small = federation(clients=2, rounds=2, ranks=ranks)
    programs = [run(client(small, 0, tmp_path)), run(by_node(small, 1, tmp_path, "--rank", "4"))]
    for code, words in map(ended, programs):
        assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    assert {each["name"]: each.get("rank") for each in snapshot["clients"]} == {"python 0": None, "node 1": 4}
    assert [len(entry["aggregated"]) for entry in snapshot["rounds"] if entry["stage"] == "federated"] == [2, 2]
    whole, first = shared_adapters(tmp_path, 2)
    for key, values in first.items():
        of_whole = whole[key][:4] if "lora_A" in key else whole[key][:, :4] if "lora_B" in key else whole[key]
        assert values.equal(of_whole), key


@pytest.mark.parametrize("aggregation", ["plain", "secure"])
def test_a_python_client_of_fewer_ranks_beside_others(federation: Start, run: Run, tmp_path: Path, aggregation: str) -> None:
    """It has the first ranks of what the others have; in a secure sum its update is as large as theirs."""
    others = range(1, 3 if aggregation == "secure" else 2)
    small = federation(clients=1 + len(others), rounds=2, ranks="padded", aggregation=aggregation)
    code, words = ended(run([*client(small, 0, tmp_path), "--rank", "9"]))
    assert code == 1
    assert "--rank 9 is not from 1 to that" in words
    programs = [run([*client(small, 0, tmp_path), "--rank", "4"]), *(run(by_node(small, index, tmp_path)) for index in others)]
    for code, words in map(ended, programs):
        assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    shared = [entry for entry in snapshot["rounds"] if entry["stage"] == "federated"]
    assert [len(entry["aggregated"]) for entry in shared] == [1 + len(others)] * 2
    ours, *whole = shared_adapters(tmp_path, 1 + len(others))
    about = json.loads((tmp_path / "out-0" / "shared" / "adapter_config.json").read_text(encoding="utf-8"))
    assert (about["r"], about["lora_alpha"]) == (4, 8)
    for key, values in ours.items():
        of_theirs = whole[0][key][:4] if "lora_A" in key else whole[0][key][:, :4] if "lora_B" in key else whole[0][key]
        assert values.equal(of_theirs), key


def test_what_rows_are_like_is_summed_before_the_first_round(federation: Start, run: Run, tmp_path: Path) -> None:
    """With a client that in Node, a process and a cluster that in Python count their rows."""
    small = federation(clients=3, rounds=1, aggregation="secure", statistics="goOn")
    programs = [run(client(small, 0, tmp_path)), run(client(small, 1, tmp_path, ranks=2)), run(by_node(small, 2, tmp_path))]
    for code, words in map(ended, programs):
        assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    made = snapshot["statistics"]["made"]
    assert len(made["clients"]) == 3
    config = snapshot["config"]
    clients = [read_client_rows(file, ("text", "level"), config, Ranks(), "") for file in small.files]
    answers = [rows.answers[place] for rows in clients for place in rows.split.train]
    assert made["sum"]["rows"] == len(answers)
    assert made["sum"]["labels"] == [answers.count(label) for label in config["task"]["labels"]]


def test_two_node_clients_and_a_cluster_sum_securely(federation: Start, run: Run, tmp_path: Path) -> None:
    """The coordinator has their sum, and sends the same shared adapter to all; no update and no count of any one of them."""
    small = federation(clients=3, rounds=2, aggregation="secure")
    programs = [run(client(small, 0, tmp_path, ranks=2)), *(run(by_node(small, index, tmp_path)) for index in (1, 2))]
    for code, words in map(ended, programs):
        assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    summed = [entry for entry in snapshot["rounds"] if entry["exchanges"]]
    assert [(entry["round"], len(entry["aggregated"]), entry["exchanges"]) for entry in summed] == [
        (1, 3, 1),
        (2, 3, 1),
        (3, 3, 1),
    ]
    assert summed[-1]["means"]["accuracy"]["fused"] > 0
    for each in snapshot["clients"]:
        assert each["identity"] is not None
        assert each["samples"]["train"] is None
    ours, *theirs = shared_adapters(tmp_path, 3)
    assert any(values.abs().max() > 0 for key, values in ours.items() if "lora_B" in key)
    for other in theirs:
        for key, values in ours.items():
            assert values.equal(other[key]), key


def test_what_it_cannot_do_is_refused_by_name_before_joining(federation: Start, run: Run, tmp_path: Path) -> None:
    for choices, reason in (
        ({"method": "scaffold"}, 'no control variates (method "SCAFFOLD")'),
        ({"upload": {"format": "int8", "topK": 0.25}}, "no uploads of the largest values alone"),
        ({"training": {"privacy": {"epsilon": 8, "clip": 1}}}, "no differential privacy"),
    ):
        small = federation(clients=3, **choices)
        code, words = ended(run(client(small, 0, tmp_path)))
        assert code == 1
        assert reason in words
        assert small.snapshot()["clients"] == []
    assert not (tmp_path / "out-0").exists()
