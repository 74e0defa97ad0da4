"""What was learned alone: told to be better as the other clients tell it, and written beside the other adapters."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from duet_client.alone import alone_against_served, is_better
from duet_client.peft_files import write_adapters
from duet_client.run_round import Held
from duet_client.session import NO_SLOT, better_alone_words


def metrics(alone: int, fused: int | None, rows: int = 60) -> dict[str, Any]:
    accuracy = {**NO_SLOT, "fused": None if fused is None else fused / 60}
    return {"accuracy": accuracy, "alone": {"accuracy": alone / 60, "testLoss": 1}, "testRows": rows}


def test_told_as_the_other_clients_tell_it(golden: dict[str, Any]) -> None:
    verdicts = {case["verdict"] for case in golden["better"]}
    assert verdicts == {"yes", "no", "open"}
    for case in golden["better"]:
        assert is_better(*case["counts"]) == case["verdict"], case


def test_better_than_what_is_served_only_where_the_rows_tell_it() -> None:
    against = alone_against_served(metrics(50, 30))
    assert against is not None
    assert against.is_better
    assert better_alone_words(against, Path("out/alone")) == (
        "This client would have been better off alone: that got 50 of 60 test rows right, what it serves 30, "
        "and chance does not explain it. What it learned alone is in out/alone."
    )
    perhaps = alone_against_served(metrics(40, 34))
    assert perhaps is not None
    assert not perhaps.is_better
    assert alone_against_served(metrics(50, None)) is None
    assert alone_against_served(metrics(50, 30, rows=0)) is None
    assert alone_against_served({"accuracy": {**NO_SLOT, "fused": 0.5}, "testRows": 60}) is None


def test_written_beside_the_other_adapters(tmp_path: Path) -> None:
    key = "layers.0.qkv.lora_A.weight"
    adapters = {kind: {key: torch.full((2, 3), value)} for kind, value in (("own", 1.0), ("shared", 2.0), ("alone", 3.0))}
    lora = {"rank": 2, "alpha": 4, "dropout": 0, "targetModules": ["qkv"]}
    config = {"adapter": lora, "model": {"config": {}}}
    held = Held(adapters["own"], adapters["shared"], alone=adapters["alone"])
    assert [folder.name for folder in write_adapters(tmp_path, held, config)] == ["alone", "personal", "shared"]
    written = load_file(tmp_path / "alone" / "adapter_model.safetensors")
    assert written[f"base_model.model.{key}"].equal(adapters["alone"][key])
