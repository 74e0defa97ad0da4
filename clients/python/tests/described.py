"""Small random bases of transformers, of families that no tab computes, with duet-tiny's tokenizer, as folders on the disk."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from conftest import ROOT
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM

VOCABULARY, LONGEST = 4096, 128
SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": LONGEST,
    "bos_token_id": 0,
    "eos_token_id": 0,
    "pad_token_id": 1,
}
GROUPED = {**SIZES, "num_key_value_heads": 1}
CAUSAL: dict[str, Any] = {
    "mistral": {**GROUPED, "sliding_window": None},
    "gemma2": {**GROUPED, "head_dim": 16, "query_pre_attn_scalar": 16, "final_logit_softcapping": 0.5},
    "phi": SIZES,
    "opt": {**SIZES, "ffn_dim": 48, "word_embed_proj_dim": 16},
    "gpt_neox": SIZES,
    "bloom": {**SIZES, "n_layer": 2, "n_head": 2},
}
ENCODERS: dict[str, Any] = {
    "distilbert": {**SIZES, "dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48},
    "deberta-v2": {**SIZES, "relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 16},
    "mpnet": SIZES,
}
ENCODER_DECODERS: dict[str, Any] = {
    "t5": {**SIZES, "d_kv": 16, "d_ff": 48, "num_layers": 2, "num_heads": 2, "decoder_start_token_id": 0},
    "bart": {**SIZES, "encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48},
}
EXPERTS: dict[str, Any] = {
    "qwen2_moe": {**GROUPED, "moe_intermediate_size": 16, "shared_expert_intermediate_size": 16, "num_experts": 4},
    "deepseek_v2": {
        **SIZES,
        "moe_intermediate_size": 16,
        "n_routed_experts": 4,
        "n_shared_experts": 1,
        "num_experts_per_tok": 2,
        "first_k_dense_replace": 1,
        "q_lora_rank": None,
        "kv_lora_rank": 8,
        "qk_rope_head_dim": 8,
        "qk_nope_head_dim": 8,
        "v_head_dim": 16,
    },
}
"""With experts, and with modules beside them."""
IMAGES = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48, "image_size": 28}
OTHERS: dict[str, Any] = {
    "gemma3": {"text_config": {**GROUPED, "head_dim": 16}, "vision_config": {**IMAGES, "patch_size": 14}},
    "mamba": {**SIZES, "state_size": 4, "time_step_rank": 4},
    "vit": IMAGES,
}
SHAPES: dict[str, Any] = {**CAUSAL, **ENCODERS, **ENCODER_DECODERS, **EXPERTS, **OTHERS}


def class_of(kind: str) -> Any:
    """As what a base of that kind is published."""
    if kind in ENCODER_DECODERS:
        return AutoModelForSeq2SeqLM
    return AutoModelForCausalLM if kind in {**CAUSAL, **EXPERTS, "gemma3": 0, "mamba": 0} else AutoModel


def made(folder: Path, kind: str) -> Path:
    """A base of that `model_type`, not described yet."""
    config = AutoConfig.for_model(kind, **SHAPES[kind])
    torch.manual_seed(5)
    model = class_of(kind).from_config(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 and "embed" not in name:
                parameter.copy_(0.3 * torch.randn(parameter.shape))
    base = folder / kind
    model.save_pretrained(base)
    shutil.copy(ROOT / "models/duet-tiny/tokenizer.json", base)
    return base


def described(base: Path, *options: str, env: dict[str, str] | None = None) -> Path:
    """The same, once `describe` has written what it is."""
    subprocess.run([sys.executable, "-m", "duet_client", "describe", str(base), *options], check=True, env=env)
    return base
