"""What train_on_ranks.py trains, alone and as several ranks, and how far apart the two may be."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import DEADLINE_SECONDS, ROOT

TORCHRUN = ["-m", "torch.distributed.run"]
STANDALONE = [*TORCHRUN, "--standalone", "--nproc-per-node=2"]


def trained(folder: Path, launches: list[list[str]], *about: str) -> dict[str, Any]:
    """What the script keeps, started by the beginnings of these command lines at once."""
    out = folder / "out.pt"
    script = [str(Path(__file__).with_name("train_on_ranks.py")), str(out), *about]
    programs = [subprocess.Popen([sys.executable, *launch, *script]) for launch in launches]
    try:
        assert [program.wait(DEADLINE_SECONDS) for program in programs] == [0 for _ in programs]
    finally:
        for program in programs:
            program.kill()
    return dict(torch.load(out))


def base(name: str) -> str:
    return str(ROOT / "models" / name)


def assert_same_training(alone: dict[str, Any], several: dict[str, Any]) -> None:
    """Equal to 1e-5, of something that has moved."""
    assert (alone["ranks"], several["ranks"]) == (1, 2)
    for key, values in alone["adapter"].items():
        assert (values - several["adapter"][key]).abs().max() <= 1e-5, key
    assert any(values.abs().max() > 1e-3 for key, values in alone["adapter"].items() if "lora_B" in key)
    assert several["loss"] == pytest.approx(alone["loss"], rel=1e-5)
    assert several["measured"][0] == pytest.approx(alone["measured"][0], rel=1e-4)
    assert several["measured"][1] == alone["measured"][1]
    assert (several["split"], several["seed"]) == (alone["split"], alone["seed"])
    if "prototypes" in alone:
        assert (several["prototypes"] - alone["prototypes"]).abs().max() <= 1e-5
