/** The formats of an adapter in words. */

import type { Export } from "../services/adapterExport.ts";
import { words } from "./words.ts";

type Format = Export["format"];

/** What a format is called where one is chosen, and who loads it. */
export const FORMAT_WORDS: Readonly<Record<Format, { readonly label: string; readonly loads: string }>> = {
  peft: {
    get label() {
      return words.formatWords.peft;
    },
    get loads() {
      return words.formatWords.peftNote;
    },
  },
  merged: {
    get label() {
      return words.formatWords.merged;
    },
    get loads() {
      return words.formatWords.mergedNote;
    },
  },
  "merged-f32": {
    get label() {
      return words.formatWords.merged32;
    },
    get loads() {
      return words.formatWords.merged32Note;
    },
  },
  "gguf-lora": {
    get label() {
      return words.formatWords.ggufLora;
    },
    get loads() {
      return words.formatWords.ggufLoraNote;
    },
  },
  "gguf-f16": {
    get label() {
      return words.formatWords.gguf16;
    },
    get loads() {
      return words.formatWords.gguf16Note;
    },
  },
  "gguf-q8_0": {
    get label() {
      return words.formatWords.gguf8;
    },
    get loads() {
      return words.formatWords.gguf8Note;
    },
  },
  "sentence-transformers": {
    label: "sentence-transformers",
    get loads() {
      return words.formatWords.sentenceNote;
    },
  },
  onnx: {
    label: "ONNX",
    get loads() {
      return words.formatWords.onnxNote;
    },
  },
};

export const FORMATS = Object.keys(FORMAT_WORDS) as readonly Format[];
