"""A client's adapters as folders that the PEFT library reads."""

import json
from pathlib import Path
from typing import Any

from safetensors.torch import save

from duet_client.adapter import PROTOTYPES, Adapter, is_prototypes
from duet_client.files import write_file
from duet_client.linear_modules import LAYOUT_FIELD
from duet_client.run_round import Held, rank_of


def write_adapters(out: Path, held: Held, config: dict[str, Any]) -> list[Path]:
    """Write personal and shared, and what was learned alone and fused where they are there, a folder each."""
    kinds = {
        **({"alone": held.alone} if held.alone else {}),
        "personal": held.personal,
        "shared": held.shared,
        **({"fused": held.served} if held.served else {}),
    }
    for kind, adapter in kinds.items():
        _write(out / kind, adapter, config)
    return [out / kind for kind in kinds]


def _write(folder: Path, adapter: Adapter, config: dict[str, Any]) -> None:
    lora = config["adapter"]
    rank = rank_of(adapter)
    fields = {
        "base_model_name_or_path": None,
        "bias": "none",
        "fan_in_fan_out": config["model"]["config"].get(LAYOUT_FIELD, {}).get("fanInFanOut", False),
        "inference_mode": True,
        "init_lora_weights": True,
        # Alpha grows with the rank, so that the scale stays.
        "lora_alpha": lora["alpha"] / lora["rank"] * rank,
        "lora_dropout": lora["dropout"],
        "modules_to_save": ["labels"] if "prototypes" in lora else None,
        "peft_type": "LORA",
        "r": rank,
        "target_modules": lora["targetModules"],
        "task_type": None,
    }
    tensors = {f"base_model.model.{_named(key)}": values.contiguous() for key, values in adapter.items()}
    write_file(folder / "adapter_model.safetensors", save(tensors, metadata={"format": "pt"}))
    write_file(folder / "adapter_config.json", (json.dumps(fields, indent=2) + "\n").encode())


def _named(key: str) -> str:
    """Prototypes are one module's weight, whether or not they travel."""
    return PROTOTYPES if is_prototypes(key) else key
