"""`python -m duet_client describe BASE`: what a coordinator and other clients have to know of a base of any architecture."""

import inspect
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
CAUSAL_CLASSES = ("ForCausalLM", "LMHeadModel")
ENCODER_CLASSES = (
    "Model",
    "ForMaskedLM",
    "ForMultipleChoice",
    "ForNextSentencePrediction",
    "ForPreTraining",
    "ForQuestionAnswering",
    "ForSequenceClassification",
    "ForTokenClassification",
)
"""Endings of the classes that a config names; other ones may be anything."""
MAX_NAME_LENGTH = 60
MAX_CONFIG_BYTES = 64 * 1024
"""Of config.json with the layout, as every client is sent it."""


def describe(folder: Path, targets: Sequence[str] | None, family: str | None, pooling: str) -> dict[str, Any]:
    """Return the base as a federation's config has it; its files stay where they are.

    The model is built without weights, on PyTorch's device "meta": a base of any size is described on any machine. `targets`
    limits it to modules of these names, and None takes every linear module; `family` is "causal-lm" or "encoder".
    """
    config = _json(folder / CONFIG_FILE)
    kind, model = _without_weights(folder, config, family)
    every = linear_modules(model)
    # What an encoder's pooler makes of the first token nobody reads.
    read = [linear for linear in every if not linear.name.startswith("pooler.")]
    chosen = [linear for linear in read if targets is None or any(_is_called(linear.name, target) for target in targets)]
    if not chosen:
        raise Failure(f"The base has no linear module called {', '.join(targets or [])}. It has {_endings(read)}.")
    layout = {
        "family": kind,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "hiddenSize": _hidden_size(model),
        "modules": [[linear.name, linear.in_features, linear.out_features] for linear in chosen],
        "targets": _targets([linear.name for linear in chosen], [name for name, _ in model.named_modules()]),
        "fanInFanOut": weights_lie_turned(model),
        "sentences": {"pooling": pooling, "maxTokens": None, "prompt": ""} if kind == "encoder" else None,
    }
    _check_adapted(model, layout, f"Name others by --target-modules: it has {_endings(read)}.")
    described = {**config, LAYOUT_FIELD: layout}
    if len(json.dumps(described, separators=(",", ":"), ensure_ascii=False)) > MAX_CONFIG_BYTES:
        raise Failure(
            f"The base has {len(chosen)} linear modules, too many to tell every client. Name fewer by --target-modules."
        )
    name = folder.resolve().name[:MAX_NAME_LENGTH]
    return {"name": name, "source": {"kind": "files"}, "files": _files(folder), "config": described}


def _family_of(config: dict[str, Any]) -> str:
    """As what its files were written. A Failure where that is not plain."""
    classes = config.get("architectures") or []
    if any(name.endswith(CAUSAL_CLASSES) for name in classes):
        return "causal-lm"
    if any(name.endswith(ENCODER_CLASSES) for name in classes):
        return "encoder"
    written = f"was written as {', '.join(classes)}" if classes else "does not say as what it was written"
    raise Failure(f"The base {written}. Say by --family whether it is a causal-lm or an encoder.")


def _without_weights(folder: Path, config: dict[str, Any], family: str | None) -> tuple[str, Any]:
    """What kind it is, and the class that clients load, without weights."""
    # Seconds to load, which who joins waits for with the base alone.
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

    kind = family
    try:
        theirs = AutoConfig.from_pretrained(folder, local_files_only=True)
        if getattr(theirs, "is_encoder_decoder", False):
            raise _encoder_decoder(str(theirs.model_type))
        kind = family or _family_of(config)
        library: Any = AutoModelForCausalLM if kind == "causal-lm" else AutoModel
        with torch.device("meta"):
            model = library.from_config(theirs)
    except (ValueError, KeyError, OSError) as error:
        said = str(error).splitlines()[0]
        raise Failure(f"transformers cannot load {folder}{f' as {kind}' if kind else ''}: {said}") from error
    _check_what_it_reads(model)
    return kind, model


def _check_what_it_reads(model: Any) -> None:  # noqa: ANN401
    """Raise where tokens alone, which is what clients give it, are not what its class takes."""
    taken, name = inspect.signature(model.forward).parameters, type(model).__name__
    if "decoder_input_ids" in taken:
        # Also of a config that says otherwise, since it was written by the encoder alone.
        raise _encoder_decoder(name)
    if "input_ids" not in taken:
        raise Failure(f"The base ({name}) reads no text. Name the folder of a causal language model or an encoder of texts.")


def _encoder_decoder(name: str) -> Failure:
    return Failure(f"The base ({name}) is an encoder-decoder. Name the folder of a causal language model or an encoder.")


def _hidden_size(model: Any) -> int:  # noqa: ANN401
    """D of the hidden states; some configs have it with all else of their text model."""
    try:
        found = getattr(model.config.get_text_config(), "hidden_size", None)
    except ValueError:
        # It has several.
        found = None
    if not isinstance(found, int):
        raise Failure(f"The config of the base ({type(model).__name__}) names no hidden_size. Name the folder of another base.")
    return found


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


def _check_adapted(model: Any, layout: dict[str, Any], next_step: str) -> None:  # noqa: ANN401
    """Raise where PEFT, which is to load what clients write, would adapt others than these modules. The model is changed.

    Some classes do not call a module but read its weight, as fast kernels of Mamba do; and beside experts it takes some names
    for parameters of these.
    """
    from peft import LoraConfig, inject_adapter_in_model
    from peft.tuners.lora import LoraLayer

    names = [name for name, *_ in layout["modules"]]
    try:
        inject_adapter_in_model(LoraConfig(target_modules=layout["targets"], fan_in_fan_out=layout["fanInFanOut"]), model)
    except ValueError as error:
        said = str(error).splitlines()[0].rstrip(".")
        raise Failure(f"PEFT cannot adapt this base ({said}). {next_step}") from error
    adapted = {name for name, module in model.named_modules() if isinstance(module, LoraLayer)}
    if adapted != set(names):
        missed = dict.fromkeys(name.rsplit(".", 1)[-1] for name in names if name not in adapted)
        raise Failure(f"PEFT takes {', '.join(missed)} of this base for other modules. {next_step}")


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
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read: {error}. Name the folder with the base's files.") from error


def write_description(description: dict[str, Any], to: Path, say: Callable[[str], None]) -> None:
    """Write it, and say what it is of."""
    to.write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    layout = description["config"][LAYOUT_FIELD]
    kind, millions = description["config"].get("model_type"), layout["parameters"] / 1e6
    adapted = f"{len(layout['modules'])} linear modules ({', '.join(layout['targets'])})"
    say(f"{description['name']}: {kind}, {layout['family']}, {millions:,.1f} M parameters, {adapted}.")
    say(f"Written to {to}.")
