/** A base model from its folder, on wasm with one thread: experiments run side by side. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { selectBackend } from "@duet/lora-engine/backends/selectBackend";
import type { LanguageModel } from "@duet/lora-engine/models/languageModel";
import { loadModel } from "@duet/lora-engine/models/loadModel";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import type { WeightPrecision } from "@duet/lora-engine/ops/frozenMatrix/frozenMatrix";

export interface OpenModel {
  readonly model: LanguageModel;
  /** Modules that get an adapter unless somebody asks for others. */
  readonly defaultTargets: readonly string[];
}

/** The model stays on the backend until disposed. */
export async function openModel(folder: string, precision: WeightPrecision = "exact"): Promise<OpenModel> {
  const wasmPath = `${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`;
  await selectBackend({ forced: "wasm", wasmPath, threads: 1 });
  const files = await readModelFiles(readdirSync(folder), async (name) => readFileSync(`${folder}/${name}`));
  return { model: loadModel(files, { precision }), defaultTargets: parseArchitecture(files.config).defaultTargets };
}
