/** The formats of an adapter in words. */
import type { Export } from "../services/adapterExport.ts";

type Format = Export["format"];

/** What a format is called where one is chosen, and who loads it. */
export const FORMAT_WORDS: Readonly<Record<Format, { readonly label: string; readonly loads: string }>> = {
  peft: { label: "PEFT adapter", loads: "The adapter alone, for the PEFT library and for Duet." },
  merged: {
    label: "Merged safetensors",
    loads: "Base and adapter as one model, in the base's kind of numbers, for transformers.",
  },
  "merged-f32": { label: "Merged safetensors, 32 bits", loads: "Base and adapter as one model, not rounded, for transformers." },
  "gguf-lora": { label: "GGUF LoRA", loads: "The adapter alone, for llama.cpp beside a GGUF file of the base." },
  "gguf-f16": { label: "Merged GGUF, F16", loads: "Base and adapter as one file in 16 bits, for llama.cpp." },
  "gguf-q8_0": { label: "Merged GGUF, Q8_0", loads: "Base and adapter as one file in 8 bits, half as large, for llama.cpp." },
  "sentence-transformers": {
    label: "sentence-transformers",
    loads: "The merged encoder and its labels as a folder of that library.",
  },
  onnx: { label: "ONNX", loads: "The merged encoder for transformers.js, in a browser or in Node." },
};

export const FORMATS = Object.keys(FORMAT_WORDS) as readonly Format[];

/** Of putting an adapter on a hub. */
export const PUSH_WORDS = {
  title: "Put it on the hub",
  leaves:
    "The adapter leaves this tab, in the format above, and goes to the hub with its README: whoever may read the repository has it. Nothing of your rows goes along.",
  adapter: "Adapter",
  repository: "Repository",
  token: "Access token",
  tokenKept: "One that may write. It goes to the hub alone and is kept nowhere; it is emptied once the adapter is there.",
  signIn: "Sign in to the hub",
  signedIn: "Signed in to the hub",
  close: "This window may be closed.",
  private: "Private, if the repository is made now",
  push: "Push",
  pushed: "It is there:",
} as const;
