/** A model in one GGUF file, as the files of a model folder. */
import { ggufChat } from "@duet/lora-core/checkpoints/gguf/ggufChat";
import { ggufConfig } from "@duet/lora-core/checkpoints/gguf/ggufConfig";
import { huggingFaceTensors } from "@duet/lora-core/checkpoints/gguf/ggufTensors";
import { ggufTokenizer } from "@duet/lora-core/checkpoints/gguf/ggufTokenizer";
import { readGguf } from "@duet/lora-core/checkpoints/gguf/readGguf";
import type { ModelFiles } from "./modelFiles.ts";

/** The weights are decoded tensor by tensor when they are read; `file` must not change. @throws {GgufError} */
export function readGgufModel(file: ArrayBuffer | Uint8Array): ModelFiles {
  const gguf = readGguf(file);
  const config = ggufConfig(gguf);
  // Only files of the Llama architecture have interleaved rows (llama.cpp, convert_hf_to_gguf.py, LlamaModel.permute).
  const interleavedHeadWidth = config.model_type === "llama" ? Number(config.head_dim) : null;
  return {
    config,
    tokenizer: ggufTokenizer(gguf.metadata),
    chat: ggufChat(gguf.metadata),
    stopTokens: [],
    weights: huggingFaceTensors(gguf.tensors, { interleavedHeadWidth }),
  };
}
