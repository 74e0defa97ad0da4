/** A base model that can be loaded, told from its headers and small files: what a list of models offers. */

import type { ModelFile } from "../checkpoints/modelFileList.ts";
import {
  type ConfigJson,
  hashedFiles,
  inspectModelFolder,
  type ModelFolder,
  type StoredTensor,
} from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import type { Told } from "../sayings/saying.ts";
import { createTextTokenizer } from "../tokenizers/textTokenizer.ts";
import { type Architecture, parseArchitecture } from "./modelConfig.ts";
import { findTensor, requiredTensors } from "./requiredTensors.ts";

export interface DescribedModel {
  readonly files: ModelFile[];
  readonly config: ConfigJson;
  readonly architecture: Architecture;
}

/**
 * The files with their hashes, once config.json, tokenizer.json and every tensor's name, shape and type are known to fit.
 * @throws {ModelFolderError}, {UnsupportedModelError}, {GgufError}, {SafetensorsError} or {UnsupportedTokenizerError} saying why this
 *   model could not be loaded.
 */
export async function describeModel(folder: ModelFolder): Promise<DescribedModel> {
  const { names, config, tokenizer, tensors } = await inspectModelFolder(folder);
  const architecture = parseArchitecture(config);
  assertTensors(architecture, await tensors());
  createTextTokenizer(await tokenizer());
  return { files: await hashedFiles(folder, names), config, architecture };
}

function assertTensors(architecture: Architecture, stored: ReadonlyMap<string, StoredTensor>): void {
  for (const { name, shape } of requiredTensors(architecture)) {
    const found = findTensor(stored, name);
    if (!found) throw new ModelFolderError(["tensorMissing", name]);
    if (found.problem !== null) throw new ModelFolderError(["cannotBeLoaded", found.problem as Told]);
    if (found.shape.join() !== shape.join()) {
      throw new ModelFolderError(["tensorOfOtherShape", name, String(found.shape), String(shape)]);
    }
  }
}
