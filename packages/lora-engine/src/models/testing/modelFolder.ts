/** Base models for tests, read from the project's models folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import type { ModelFiles } from "../modelFiles.ts";

/** @throws {Error} saying what to run when the model has not been made yet. */
export function readModelFolder(id: "use-lite" | "duet-tiny"): ModelFiles {
  const folder = fileURLToPath(new URL(`../../../../../models/${id}`, import.meta.url));
  if (!existsSync(join(folder, "model.safetensors"))) {
    throw new Error(`models/${id} is missing. Run "npx tsx tools/convertUseLite.ts" in the project's root.`);
  }
  const read = (name: string) => readFileSync(join(folder, name));
  return {
    config: JSON.parse(read("config.json").toString()),
    tokenizer: JSON.parse(read("tokenizer.json").toString()),
    chat: null,
    stopTokens: [],
    weights: readSafetensors(read("model.safetensors")),
  };
}
