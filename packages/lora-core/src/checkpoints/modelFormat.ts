/** How the files of a base model hold together, by their names. Pure. */
import type { ModelSaying } from "../errors/modelSentences.ts";
import type { Told } from "../sayings/saying.ts";
import { mergeAdvice } from "./gguf/ggufError.ts";
import { CONFIG_FILE, INDEX_FILE, tokenizerFile, WEIGHTS_FILE } from "./modelFileList.ts";
import { ModelFolderError } from "./modelFolderError.ts";

/** What llama-gguf-split calls the parts of a file. */
const SPLIT_GGUF = /^(.+)-\d{5}-of-(\d{5})\.gguf$/i;

/** How a model's files hold together. */
export type ModelFormat =
  /** Everything in one file. */
  | { readonly kind: "gguf"; readonly file: string }
  /** Beside config.json and tokenizer.json. */
  | { readonly kind: "whole" }
  | { readonly kind: "shards" };

/**
 * The format among these file names: safetensors where they are whole, otherwise one GGUF file.
 * @throws {ModelFolderError} when a file is missing, or which GGUF file is meant cannot be known.
 */
export function modelFormat(names: readonly string[]): ModelFormat {
  const has = (name: string) => names.includes(name);
  const gguf = names.filter((name) => /\.gguf$/i.test(name));
  if (has(WEIGHTS_FILE) || has(INDEX_FILE)) {
    const missing = [CONFIG_FILE, tokenizerFile(names)].filter((name) => !has(name));
    if (missing.length > 0) throw new ModelFolderError(lacking(missing));
    return { kind: has(WEIGHTS_FILE) ? "whole" : "shards" };
  }
  const [file, ...others] = gguf;
  if (file === undefined) throw new ModelFolderError(["noWeights", WEIGHTS_FILE]);
  const parts = file.match(SPLIT_GGUF);
  if (Number(parts?.[2]) > 1 && gguf.every((name) => name.match(SPLIT_GGUF)?.[1] === parts?.[1])) {
    const [, name = "", count = ""] = parts ?? [];
    const merge = mergeAdvice(`${name}-00001-of-${count}.gguf`, `${name}.gguf`);
    throw new ModelFolderError(["splitGguf", name, Number(count), merge as Told]);
  }
  if (others.length > 0) {
    const shown = gguf.slice(0, 6).join(", ");
    throw new ModelFolderError(["severalGguf", gguf.length, gguf.length > 6 ? `${shown}, …` : shown]);
  }
  return { kind: "gguf", file };
}

function lacking([file = "", other]: readonly string[]): ModelSaying {
  return other === undefined ? ["modelLacks", file] : ["lacksBoth", file, other];
}
