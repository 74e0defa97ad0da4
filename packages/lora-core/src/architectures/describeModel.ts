/** A base model that can be loaded, told from its headers and small files: what a list of models offers. */
import { DESCRIPTION_FILE, isDescribed } from "../checkpoints/describedLayout.ts";
import { fingerprint, type ModelFile } from "../checkpoints/modelFileList.ts";
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
import { type Architecture, type DescribedBase, parseArchitecture, parseBase } from "./modelConfig.ts";
import { findTensor, requiredTensors } from "./requiredTensors.ts";
import { DescribedChoiceError } from "./unsupportedModel.ts";

export interface DescribedModel<Base extends Architecture | DescribedBase = Architecture | DescribedBase> {
  readonly files: ModelFile[];
  readonly config: ConfigJson;
  readonly architecture: Base;
}

/**
 * The files with their hashes, once config.json, tokenizer.json and every tensor's name, shape and type are known to fit. Of a base that
 * is described the headers are read, and the rest is whoever computes it to check.
 * @throws {ModelFolderError}, {UnsupportedModelError}, {GgufError}, {SafetensorsError} or {UnsupportedTokenizerError} saying why this
 *   model could not be loaded.
 */
export const describeModel = (folder: ModelFolder): Promise<DescribedModel> => describedAs(folder, parseBase);

/** The same for a page that is to compute it. @throws {DescribedChoiceError} for a base that is only described, before a file is hashed. */
export const describeComputedModel = (folder: ModelFolder): Promise<DescribedModel<Architecture>> =>
  describedAs(folder, (config) => {
    if (isDescribed(config)) throw new DescribedChoiceError(String(config.model_type));
    return parseArchitecture(config);
  });

async function describedAs<Base extends Architecture | DescribedBase>(
  folder: ModelFolder,
  parse: (config: ConfigJson) => Base,
): Promise<DescribedModel<Base>> {
  const { names, config, described, tokenizer, tensors } = await inspectModelFolder(folder);
  const architecture = parse(config);
  const stored = await tensors();
  if (architecture.kind !== "described") {
    assertTensors(architecture, stored);
    createTextTokenizer(await tokenizer());
  }
  const files = await hashedFiles(folder, names);
  if (described && fingerprint(described) !== fingerprint(files)) {
    throw new ModelFolderError(["describesOthers", DESCRIPTION_FILE, "python -m duet_client describe"]);
  }
  return { files, config, architecture };
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
