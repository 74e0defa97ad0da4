"""Stage 5: the model as a Hugging Face folder: model.safetensors (F16), config.json, tokenizer.json and a model card."""

import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from .checkpoint import load
from .evaluate import load_best
from .model import NORM_EPSILON, ModelSize
from .model_card import model_card
from .tokenizer import END_OF_TEXT, PAD
from .workspace import Workspace, read_json, write_json, written_whole


def export(work: Workspace, folder: Path, name: str, origin: str | None = None) -> None:
    """Writes the four files; `origin` says in the card where the first weights came from. Needs the evaluation, so that no model is
    handed out without its figures."""
    evaluation = read_json(work.evaluation)
    model = load_best(work)
    with written_whole(folder / "model.safetensors") as unfinished:
        weights = {key: weight.detach().half().contiguous() for key, weight in model.named_parameters()}
        save_file(weights, unfinished, metadata={"format": "pt"})
        unfinished.chmod(0o644)  # safetensors writes a file that only its owner can read
    write_json(folder / "config.json", hugging_face_config(model.size))
    shutil.copyfile(work.tokenizer, folder / "tokenizer.json")
    special = [piece["content"] for piece in read_json(work.tokenizer)["added_tokens"]]
    card = model_card(name, model.size, special, load(work.best), read_json(work.corpus_summary), read_json(work.tokens_summary),
                      evaluation, origin)
    (folder / "README.md").write_text(card, encoding="utf-8")
    print(f"written to {folder}", flush=True)


def hugging_face_config(size: ModelSize) -> dict[str, Any]:
    """The config.json of this architecture."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": size.vocabulary,
        "hidden_size": size.hidden,
        "intermediate_size": size.intermediate,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "num_key_value_heads": size.key_value_heads,
        "head_dim": size.head,
        "hidden_act": "silu",
        "max_position_embeddings": size.context,
        "rms_norm_eps": NORM_EPSILON,
        "rope_theta": size.rope_theta,
        "tie_word_embeddings": True,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": END_OF_TEXT,
        "eos_token_id": END_OF_TEXT,
        "pad_token_id": PAD,
        "torch_dtype": str(torch.float16).removeprefix("torch."),
    }
