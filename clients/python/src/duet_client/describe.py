"""`python -m duet_client describe BASE`: what a coordinator and other clients have to know of a base of any architecture."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from duet_client.failure import Failure
from duet_client.linear_modules import LAYOUT_FIELD, linear_modules, weights_lie_turned
from duet_client.transfers import file_sha256

DESCRIPTION_FILE = "duet_base.json"
"""Beside the base's files; `lora-core/checkpoints/describedLayout.ts` reads it."""
CONFIG_FILE, TOKENIZER_FILE = "config.json", "tokenizer.json"
OPTIONAL_FILES = ("tokenizer_config.json", "chat_template.jinja", "generation_config.json")
WEIGHTS_FILE, INDEX_FILE = "model.safetensors", "model.safetensors.index.json"
MAX_NAME_LENGTH = 60
MAX_CONFIG_BYTES = 64 * 1024
"""Of config.json with the layout, as every client is sent it."""


def describe(folder: Path, targets: Sequence[str] | None, family: str | None, pooling: str) -> dict[str, Any]:
    """Return the base as a federation's config has it; its files stay where they are.

    The model is built without weights, on PyTorch's device "meta": a base of any size is described on any machine. `targets`
    limits it to modules of these names, and None takes every linear module; `family` is "causal-lm" or "encoder".
    """
    config = _json(folder / CONFIG_FILE)
    kind = family or _family_of(config)
    model = _without_weights(folder, kind)
    every = linear_modules(model)
    # What an encoder's pooler makes of the first token nobody reads.
    read = [linear for linear in every if not linear.name.startswith("pooler.")]
    chosen = [linear for linear in read if targets is None or any(_is_called(linear.name, target) for target in targets)]
    if not chosen:
        raise Failure(f"The base has no linear module called {', '.join(targets or [])}. It has {_endings(read)}.")
    layout = {
        "family": kind,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "hiddenSize": int(model.config.hidden_size),
        "modules": [[linear.name, linear.in_features, linear.out_features] for linear in chosen],
        "targets": _targets([linear.name for linear in chosen], [name for name, _ in model.named_modules()]),
        "fanInFanOut": weights_lie_turned(model),
        "sentences": {"pooling": pooling, "maxTokens": None, "prompt": ""} if kind == "encoder" else None,
    }
    described = {**config, LAYOUT_FIELD: layout}
    if len(json.dumps(described, separators=(",", ":"), ensure_ascii=False)) > MAX_CONFIG_BYTES:
        raise Failure(
            f"The base has {len(chosen)} linear modules, too many to tell every client. Name fewer by --target-modules."
        )
    name = folder.resolve().name[:MAX_NAME_LENGTH]
    return {"name": name, "source": {"kind": "files"}, "files": _files(folder), "config": described}


def _family_of(config: dict[str, Any]) -> str:
    """As what its files were written."""
    classes = config.get("architectures") or [""]
    return "causal-lm" if any(name.endswith(("ForCausalLM", "LMHeadModel")) for name in classes) else "encoder"


def _without_weights(folder: Path, family: str) -> Any:  # noqa: ANN401
    try:
        from transformers import AutoConfig, AutoModel, AutoModelForCausalLM
    except ImportError as error:
        raise Failure('Bases are described by transformers: pip install "duet-client[transformers]".') from error
    library: Any = AutoModelForCausalLM if family == "causal-lm" else AutoModel
    try:
        with torch.device("meta"):
            return library.from_config(AutoConfig.from_pretrained(folder, local_files_only=True))
    except (ValueError, KeyError, OSError) as error:
        raise Failure(f"transformers cannot load {folder} as {family}: {str(error).splitlines()[0]}") from error


def _is_called(name: str, target: str) -> bool:
    """As PEFT matches them."""
    return name == target or name.endswith(f".{target}")


def _targets(chosen: Sequence[str], every: Sequence[str]) -> list[str]:
    """The shortest names that mean these modules and no others of the class, as `targetsOf` of lora-core has it."""
    wanted = set(chosen)

    def means_no_other(ending: str) -> bool:
        return all(name in wanted for name in every if _is_called(name, ending))

    def shortest(name: str) -> str:
        parts = name.split(".")
        endings = [".".join(parts[at:]) for at in range(len(parts) - 1, -1, -1) if not parts[at].isdigit()]
        return next(filter(means_no_other, endings), name)

    return list(dict.fromkeys(map(shortest, chosen)))


def _endings(linears: Sequence[Any]) -> str:
    return ", ".join(dict.fromkeys(linear.name.rsplit(".", 1)[-1] for linear in linears)) or "none"


def _files(folder: Path) -> list[dict[str, Any]]:
    """All that clients need, in the order of `lora-core/checkpoints/modelFolder.ts`."""
    if not (folder / TOKENIZER_FILE).exists():
        raise Failure(f"{folder} has no {TOKENIZER_FILE}. Write one: AutoTokenizer.from_pretrained(…).save_pretrained(…).")
    names = [CONFIG_FILE, TOKENIZER_FILE, *(name for name in OPTIONAL_FILES if (folder / name).exists())]
    if (folder / WEIGHTS_FILE).exists():
        names.append(WEIGHTS_FILE)
    elif (folder / INDEX_FILE).exists():
        names += [INDEX_FILE, *dict.fromkeys(sorted(_json(folder / INDEX_FILE)["weight_map"].values()))]
    else:
        raise Failure(f"{folder} has neither {WEIGHTS_FILE} nor {INDEX_FILE}. Write it anew with transformers' save_pretrained.")
    return [_file(folder / name) for name in names]


def _file(path: Path) -> dict[str, Any]:
    return {"path": path.name, "bytes": path.stat().st_size, "sha256": file_sha256(path)}


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read: {error}. Name the folder with the base's files.") from error


def write_description(description: dict[str, Any], to: Path, say: Callable[[str], None]) -> None:
    """Write it, and say what it is of."""
    to.write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n")
    layout = description["config"][LAYOUT_FIELD]
    kind, millions = description["config"].get("model_type"), layout["parameters"] / 1e6
    adapted = f"{len(layout['modules'])} linear modules ({', '.join(layout['targets'])})"
    say(f"{description['name']}: {kind}, {layout['family']}, {millions:,.1f} M parameters, {adapted}.")
    say(f"Written to {to}.")
