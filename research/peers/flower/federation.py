"""What main.ts wrote into the folder: the settings, the adapter to start from, every client's rows as tokens and batches."""

import json
from pathlib import Path

import torch
from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import AutoModelForCausalLM


class Federation:
    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.settings = json.loads((self.folder / "settings.json").read_text())

    def client(self, index: int) -> dict:
        return json.loads((self.folder / f"client-{index}.json").read_text())

    def model(self) -> PeftModel:
        base = AutoModelForCausalLM.from_pretrained(self.settings["model"], dtype=torch.float32, attn_implementation="eager")
        return PeftModel.from_pretrained(base, self.folder / "initial", is_trainable=True)


def parameters(model: PeftModel) -> list:
    """The adapter's tensors in a fixed order."""
    return [tensor.detach().numpy().copy() for _, tensor in sorted(get_peft_model_state_dict(model).items())]


def set_parameters(model: PeftModel, values: list) -> None:
    names = sorted(get_peft_model_state_dict(model))
    set_peft_model_state_dict(model, {name: torch.from_numpy(value.copy()) for name, value in zip(names, values)})
