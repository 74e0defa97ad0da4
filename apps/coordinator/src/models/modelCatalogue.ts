/** The base models that this coordinator serves: folders with safetensors, whole or in shards, and GGUF files. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describeModel } from "@duet/lora-core/architectures/describeModel";
import { type BaseModel, baseModel } from "@duet/lora-core/protocol/baseModel";
import type { Logger } from "pino";
import { openDiskFolder } from "./diskFolder.ts";

export interface ServedModel {
  readonly model: BaseModel;
  /** Where its files lie; only those listed in `model` are served. */
  readonly folder: string;
}

/** By id: the name of the folder, or of the GGUF file without its ending. */
export type ModelCatalogue = ReadonlyMap<string, ServedModel>;

/** Everything in a models folder that may be a model. */
export async function modelPathsIn(modelsDir: string): Promise<readonly string[]> {
  const entries = await readdir(modelsDir, { withFileTypes: true });
  return entries.filter((entry) => !entry.isFile() || isGguf(entry.name)).map(({ name }) => join(modelsDir, name));
}

/** Reads and hashes every model; one that could not be loaded is left out, and the log says why. */
export async function readModelCatalogue(paths: readonly string[], logger: Logger): Promise<ModelCatalogue> {
  const catalogue = new Map<string, ServedModel>();
  for (const path of paths) {
    const id = basename(path).replace(/\.gguf$/i, "");
    try {
      catalogue.set(id, await readModel(id, path));
    } catch (error) {
      logger.warn({ model: id, error: String(error) }, "This model is not served");
    }
  }
  return catalogue;
}

async function readModel(id: string, path: string): Promise<ServedModel> {
  const isFolder = (await stat(path)).isDirectory();
  const [folder, names] = isFolder ? [path, await readdir(path, { recursive: true })] : [dirname(path), [basename(path)]];
  const { files, config } = await describeModel(await openDiskFolder(folder, names));
  return { folder, model: baseModel.parse({ name: id, source: { kind: "coordinator", id }, files, config }) };
}

const isGguf = (name: string) => /\.gguf$/i.test(name);
