"""The client as a program, against the real coordinator."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

from conftest import Federation, client, ended
from safetensors.torch import load_file

Start = Callable[..., Federation]
Run = Callable[[list[str]], Popen[str]]


def test_one_process_from_joining_to_adapters(federation: Start, run: Run, tmp_path: Path) -> None:
    small = federation(minClients=1, rounds=2)
    code, words = ended(run(client(small, 0, tmp_path)))
    assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    [me] = snapshot["clients"]
    assert me["name"] == "python 0"
    assert me["device"]["description"].startswith("Python 3.")
    assert [entry["round"] for entry in me["history"]] == [1, 2, 3]
    assert me["history"][-1]["metrics"]["accuracy"]["fused"] > 0
    for kind in ("personal", "shared", "fused"):
        assert load_file(tmp_path / "out-0" / kind / "adapter_model.safetensors")
        assert json.loads((tmp_path / "out-0" / kind / "adapter_config.json").read_text())["peft_type"] == "LORA"
    for file in (tmp_path / "state-0").rglob("*"):
        assert not file.stat().st_mode & 0o077 or file.is_dir() or file.name == "lock", file


def test_a_cluster_and_a_node_client_in_one_federation(federation: Start, run: Run, tmp_path: Path) -> None:
    small = federation(clients=2, rounds=2)
    headless = ["node", "--import", "tsx", "apps/headless/src/main.ts", "join", small.invite]
    rows = ["--data", str(small.files[1]), "--input", "text", "--label", "level"]
    own = ["--name", "node", "--state", str(tmp_path / "node"), "--out", str(tmp_path / "out-node")]
    programs = [run(client(small, 0, tmp_path, ranks=2)), run([*headless, *rows, *own])]
    for code, words in map(ended, programs):
        assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    assert {each["name"]: each["device"]["description"].split(" ")[0] for each in snapshot["clients"]} == {
        "python 0": "Cluster",
        "node": "Node.js",
    }
    ours, theirs = (load_file(tmp_path / out / "shared" / "adapter_model.safetensors") for out in ("out-0", "out-node"))
    assert ours.keys() == theirs.keys()
    for key, values in ours.items():
        assert values.equal(theirs[key]), key


def test_what_it_cannot_do_is_refused_by_name_before_joining(federation: Start, run: Run, tmp_path: Path) -> None:
    for choices, reason in (
        ({"method": "scaffold"}, 'no control variates (method "SCAFFOLD")'),
        ({"upload": {"format": "int8", "topK": 0.25}}, "no uploads of the largest values alone"),
        ({"aggregation": "secure"}, "no secure sums"),
    ):
        small = federation(clients=3, **choices)
        code, words = ended(run(client(small, 0, tmp_path)))
        assert code == 1
        assert reason in words
        assert small.snapshot()["clients"] == []
    assert not (tmp_path / "out-0").exists()
