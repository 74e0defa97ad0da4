/** Why a base cannot be written in a format, each a sentence without its full stop. */
import type { Saying } from "../sayings/saying.ts";

const other = (family: string) => `this base is of the family ${family}`;

export const EXPORT_SENTENCES = {
  ggufLora: (family: string) => `llama.cpp takes adapters of the Llama, Qwen2 and Qwen3 families; ${other(family)}`,
  gguf: (family: string) => `Models of the Llama, Qwen2, Qwen3 and GPT-2 families are written for llama.cpp; ${other(family)}`,
  sentences: (family: string) => `sentence-transformers takes encoders of the BERT and RoBERTa families; ${other(family)}`,
  onnx: () => "Only encoders are written as ONNX, and this base writes texts",
  described: (family: string) => `Only clients in Python compute a base of the family ${family}; PEFT merges an adapter into it`,
  oneFile: () => "This base is one GGUF file, which is not written anew",
} as const;

export type ExportSaying = Saying<typeof EXPORT_SENTENCES>;
