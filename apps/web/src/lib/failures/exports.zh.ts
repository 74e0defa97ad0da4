/** Why a base cannot be written in a format, in Chinese. */
import type { EXPORT_SENTENCES } from "@duet/lora-core/errors/exportSentences";

export const EXPORTS: typeof EXPORT_SENTENCES = {
  ggufLora: (family) => `llama.cpp 只接受 Llama、Qwen2 和 Qwen3 系列的适配器；这个基座属于 ${family} 系列`,
  gguf: (family) => `只有 Llama、Qwen2、Qwen3 和 GPT-2 系列的模型能写成 llama.cpp 的格式；这个基座属于 ${family} 系列`,
  sentences: (family) => `sentence-transformers 只接受 BERT 和 RoBERTa 系列的编码器；这个基座属于 ${family} 系列`,
  onnx: () => "只有编码器能写成 ONNX，而这个基座生成文本",
  described: (family) => `只有 Python 客户端能计算 ${family} 系列的基座；可用 PEFT 将适配器合并进去`,
  oneFile: () => "这个基座是单个 GGUF 文件，不会重新写出",
};
