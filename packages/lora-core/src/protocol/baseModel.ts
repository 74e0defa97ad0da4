/** The frozen base of a federation: what it is, which files it is made of, and where a client gets them. */
import { z } from "zod";
import { MAX_CONFIG_BYTES, MAX_MODEL_FILES, modelFile } from "../checkpoints/modelFileList.ts";
import { MAX_NAME_LENGTH } from "./limits.ts";

export const modelSource = z.discriminatedUnion("kind", [
  /** The coordinator serves them at /models/<id>/<path>. */
  z.strictObject({ kind: z.literal("coordinator"), id: z.string().regex(/^\w[\w.-]{0,63}$/) }),
  /** A hub has them, at a commit. */
  z.strictObject({ kind: z.literal("hub"), address: z.string().regex(/^\w[\w.-]{0,95}\/\w[\w.-]{0,95}@[0-9a-f]{7,64}$/) }),
  /** Every participant picks them on their own device. */
  z.strictObject({ kind: z.literal("files") }),
]);
export type ModelSource = z.output<typeof modelSource>;

export const baseModel = z.strictObject({
  /** For people. */
  name: z.string().trim().min(1).max(MAX_NAME_LENGTH),
  source: modelSource,
  /** Everything a client needs, config.json and tokenizer included, or one GGUF file. */
  files: z
    .array(modelFile)
    .min(1)
    .max(MAX_MODEL_FILES)
    .refine((files) => new Set(files.map(({ path }) => path)).size === files.length, "a file is listed twice"),
  /** What config.json says; both ends derive the adapter's layout from it. */
  config: z.record(z.string().max(100), z.unknown()).refine(isShort, `config.json has at most ${MAX_CONFIG_BYTES} bytes`),
});
export type BaseModel = z.output<typeof baseModel>;

function isShort(config: unknown): boolean {
  try {
    return JSON.stringify(config).length <= MAX_CONFIG_BYTES;
  } catch {
    // Nested deeper than the stack reaches.
    return false;
  }
}

/** Bytes that a client loads. */
export function bytesOf({ files }: BaseModel): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
