/** The base models that this coordinator serves: folders with config.json, tokenizer.json and model.safetensors. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Architecture, parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { ModelInfo } from "@duet/lora-core/protocol/messages";
import type { Logger } from "pino";

export const MODEL_FILES = ["config.json", "tokenizer.json", "model.safetensors"] as const;
export type ModelFile = (typeof MODEL_FILES)[number];

export interface ServedModel {
  readonly info: ModelInfo;
  readonly architecture: Architecture;
  readonly folder: string;
  /** SHA-256 of each file, hex. */
  readonly hashes: Readonly<Record<ModelFile, string>>;
}

export type ModelCatalogue = ReadonlyMap<string, ServedModel>;

/** Reads every model folder; one that is incomplete or not supported is left out and logged. */
export async function readModelCatalogue(modelsDir: string, logger: Logger): Promise<ModelCatalogue> {
  const entries = (await readdir(modelsDir, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() || entry.isSymbolicLink(),
  );
  const catalogue = new Map<string, ServedModel>();
  for (const { name } of entries) {
    try {
      catalogue.set(name, await readModel(name, join(modelsDir, name)));
    } catch (error) {
      logger.warn({ model: name, error: String(error) }, "This model folder is not served");
    }
  }
  return catalogue;
}

async function readModel(id: string, folder: string): Promise<ServedModel> {
  await Promise.all(MODEL_FILES.map((file) => access(join(folder, file))));
  const architecture = parseArchitecture(JSON.parse(await readFile(join(folder, "config.json"), "utf8")));
  const [config, tokenizer, weights] = await Promise.all(MODEL_FILES.map((file) => sha256Of(join(folder, file))));
  const hashes = { "config.json": config ?? "", "tokenizer.json": tokenizer ?? "", "model.safetensors": weights ?? "" };
  const { family, parameters, linears, defaultTargets } = architecture;
  const info = {
    id,
    family,
    sha256: hashes["model.safetensors"],
    parameters,
    targets: [...new Set(linears.map(({ name }) => name.split(".").at(-1) ?? name))],
    defaultTargets: [...defaultTargets],
  };
  return { info, architecture, folder, hashes };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
