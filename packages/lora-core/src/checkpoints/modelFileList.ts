/** Which files a base model is made of: their names, sizes and SHA-256. Pure; whoever has the bytes checks them against it. */

import { z } from "zod";
import { DuetError } from "../errors/duetError.ts";
import { mergeAdvice } from "./gguf/ggufError.ts";
import { createSha256 } from "./sha256.ts";

/** One file beside the others of its model. */
export const modelFile = z.strictObject({
  path: z.string().regex(/^\w[\w.-]{0,127}$/),
  bytes: z
    .number()
    .int()
    .min(1)
    .max(2 ** 40),
  /** Lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ModelFile = z.output<typeof modelFile>;

/** Files a model may have at most. */
export const MAX_MODEL_FILES = 64;
/** Of its config.json. */
export const MAX_CONFIG_BYTES = 64 * 1024;

export const CONFIG_FILE = "config.json";
export const TOKENIZER_FILE = "tokenizer.json";
/** BERT's vocabulary, read where a model has no tokenizer.json. */
export const VOCABULARY_FILE = "vocab.txt";
/** How a model is talked to, and how a vocab.txt is read. */
export const CHAT_CONFIG_FILE = "tokenizer_config.json";
export const CHAT_TEMPLATE_FILE = "chat_template.jinja";
/** What ends a text, beside what config.json says. */
export const GENERATION_FILE = "generation_config.json";
/** Read where a model has them. */
export const OPTIONAL_FILES: readonly string[] = [CHAT_CONFIG_FILE, CHAT_TEMPLATE_FILE, GENERATION_FILE];
export const WEIGHTS_FILE = "model.safetensors";
export const INDEX_FILE = "model.safetensors.index.json";

/** What llama-gguf-split calls the parts of a file. */
const SPLIT_GGUF = /^(.+)-\d{5}-of-(\d{5})\.gguf$/i;

/** A set of files that is no base model; the message says what is missing. */
export class ModelFolderError extends DuetError {
  constructor(message: string) {
    super("MODEL_FOLDER", message);
  }
}

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
    if (missing.length > 0) throw new ModelFolderError(`This model has no ${missing.join(" and no ")}`);
    return { kind: has(WEIGHTS_FILE) ? "whole" : "shards" };
  }
  const [file, ...others] = gguf;
  if (file === undefined) throw new ModelFolderError(`This model has neither ${WEIGHTS_FILE} nor a .gguf file`);
  const parts = file.match(SPLIT_GGUF);
  if (Number(parts?.[2]) > 1 && gguf.every((name) => name.match(SPLIT_GGUF)?.[1] === parts?.[1])) {
    const [, name = "", count = ""] = parts ?? [];
    const merge = mergeAdvice(`${name}-00001-of-${count}.gguf`, `${name}.gguf`);
    throw new ModelFolderError(`${name} is split into ${Number(count)} GGUF files. ${merge}`);
  }
  if (others.length > 0) {
    const shown = gguf.slice(0, 6).join(", ");
    throw new ModelFolderError(`There are ${gguf.length} GGUF files: ${shown}${gguf.length > 6 ? ", …" : ""}; choose one`);
  }
  return { kind: "gguf", file };
}

/** Where the tokenizer stands among these files. */
export function tokenizerFile(names: readonly string[]): string {
  return !names.includes(TOKENIZER_FILE) && names.includes(VOCABULARY_FILE) ? VOCABULARY_FILE : TOKENIZER_FILE;
}

/** One SHA-256 for all files: of the list that `sha256sum` would print for them, in alphabetical order. */
export function fingerprint(files: readonly ModelFile[]): string {
  const hash = createSha256();
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).sort();
  hash.update(new TextEncoder().encode(lines.join("")));
  return hash.hex();
}
