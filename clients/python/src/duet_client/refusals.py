"""What this client cannot do, said before it joins."""

from typing import Any

from duet_client.linear_modules import LAYOUT_FIELD
from duet_client.upload_codec import FORMATS

BASES = ("use-lite", "llama", "qwen2", "qwen3", "gpt2", "bert", "roberta", "xlm-roberta")


def refusal(config: dict[str, Any], plans: dict[str, Any]) -> str | None:
    """One sentence naming what this federation asks for and this client lacks; None where it can take part."""
    method = plans["label"]
    lacking = [
        *_settings(config),
        *dict.fromkeys(f'{what} (method "{method}")' for entry in plans["rounds"] for what in _of_plan(entry["plan"])),
    ]
    if not lacking:
        return None
    return f"This client cannot take part: it has no {', no '.join(lacking)}. Join with a tab or with `npx duet join`."


def _settings(config: dict[str, Any]) -> list[str]:
    """What is lacking whatever the method is."""
    kind = config["model"]["config"].get("model_type")
    upload, is_plain = config["upload"], config["aggregation"] == "plain"
    found = {
        f"tasks of kind {config['task']['kind']}": config["task"]["kind"] != "label",
        "differential privacy": "privacy" in config["training"] or "clientPrivacy" in config,
        f"base model {kind}, which nobody has described": kind not in BASES and LAYOUT_FIELD not in config["model"]["config"],
        "base models in GGUF": any(file["path"].endswith(".gguf") for file in config["model"]["files"]),
        "base models from a hub": config["model"]["source"]["kind"] == "hub",
        # A secure sum has a form of its own.
        f"uploads as {upload['format']}": is_plain and upload["format"] not in ("f32", *FORMATS),
        "uploads of the largest values alone": is_plain and upload["topK"] is not None,
    }
    return [what for what, is_lacking in found.items() if is_lacking]


def _of_plan(plan: dict[str, Any]) -> list[str]:
    """What is lacking of a round's plan."""
    lacking = []
    for end in ("receive", "upload"):
        if plan[end] and plan[end]["extra"] is not None:
            lacking.append({"merged": "merged updates", "control": "control variates"}[plan[end]["extra"]])
    for step in plan["steps"]:
        if step["kind"] == "trainBoth":
            lacking.append("training of two adapters on the same batches")
        for word, what in (
            ("distill", "distillation"),
            ("balanced", "balanced softmax"),
            ("controlled", "control variates"),
        ):
            if step.get(word) not in (None, False):
                lacking.append(what)
    serve = plan["serve"]
    if serve and serve["kind"] == "fuse" and serve["search"]["kind"] == "per-layer":
        lacking.append("fusion per layer")
    return lacking
