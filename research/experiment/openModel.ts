/** A base model from its folder, on wasm. */
import { readdirSync, readFileSync } from "node:fs";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { embeddingWidth } from "@duet/lora-core/federation/labelPrototypes";
import type { LanguageModel } from "@duet/lora-engine/models/languageModel";
import { loadModel } from "@duet/lora-engine/models/loadModel";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import type { WeightPrecision } from "@duet/lora-engine/ops/frozenMatrix/frozenMatrix";
import { useNodeWasm } from "../runner/nodeWasm.ts";

export interface OpenModel {
  readonly model: LanguageModel;
  /** Modules that get an adapter unless somebody asks for others. */
  readonly defaultTargets: readonly string[];
  /** The same for phones and old laptops. */
  readonly smallTargets: readonly string[];
  /** D of its embeddings; null where it has none. */
  readonly embeddingWidth: number | null;
}

/** The model stays on the backend until disposed. */
export async function openModel(folder: string, precision: WeightPrecision = "exact"): Promise<OpenModel> {
  await useNodeWasm(1);
  const files = await readModelFiles(readdirSync(folder, { recursive: true, encoding: "utf8" }), async (name) =>
    readFileSync(`${folder}/${name}`),
  );
  const architecture = parseArchitecture(files.config);
  const { defaultTargets, smallTargets } = architecture;
  return { model: loadModel(files, { precision }), defaultTargets, smallTargets, embeddingWidth: embeddingWidth(architecture) };
}
