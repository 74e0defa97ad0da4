/** Which files a base model is made of: their names, sizes and SHA-256. Pure; whoever has the bytes checks them against it. */

import { z } from "zod";
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
