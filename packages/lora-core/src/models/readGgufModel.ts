/** A model in one GGUF file, as the files of a model folder. */
import { ggufChat } from "../checkpoints/gguf/ggufChat.ts";
import { ggufConfig } from "../checkpoints/gguf/ggufConfig.ts";
import { huggingFaceTensors } from "../checkpoints/gguf/ggufTensors.ts";
import { ggufTokenizer } from "../checkpoints/gguf/ggufTokenizer.ts";
import { readGguf } from "../checkpoints/gguf/readGguf.ts";
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
