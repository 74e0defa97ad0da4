/** Base models in this tab: finding out what one is, and loading it from wherever it comes. Holds the files that were picked. */

import { describeComputedModel } from "@duet/lora-core/architectures/describeModel";
import { parseHubAddress } from "@duet/lora-core/checkpoints/hubAddress";
import { openHubFolder } from "@duet/lora-core/checkpoints/hubModel";
import type { ModelFile } from "@duet/lora-core/checkpoints/modelFileList";
import type { ModelFolder } from "@duet/lora-core/checkpoints/modelFolder";
import { ModelFolderError } from "@duet/lora-core/checkpoints/modelFolderError";
import { type DownloadProgress, download } from "@duet/lora-core/checkpoints/resumableDownload";
import { schemaSaying } from "@duet/lora-core/errors/schemaWords";
import { type BaseModel, baseModel, type ModelSource } from "@duet/lora-core/protocol/baseModel";
import { MAX_NAME_LENGTH } from "@duet/lora-core/protocol/limits";
import { addressOf, fileCalled } from "@duet/lora-core/protocol/modelAddress";
import type { Told } from "@duet/lora-core/sayings/saying";
import { type BaseReader, readBaseReader } from "@duet/lora-engine/models/baseReader";
import { type LoadedBase, loadBase } from "@duet/lora-engine/models/loadBase";
import { createPickedFiles, openPickedFolder } from "./pickedFiles.ts";
import type { TabEngine } from "./tabEngine.ts";
import { fetchCached } from "./weightCache.ts";

export interface ModelDesk
  extends Pick<TabEngine, "describeHubModel" | "describePickedModel" | "missingModelFiles" | "provideModelFiles"> {
  /** Every file from the cache or its source, checked. @throws {ModelDownloadError}, {ModelFolderError} or for damaged weights. */
  load(model: BaseModel, hub: string, onProgress: (progress: DownloadProgress) => void): Promise<LoadedBase>;
  /** How the base reads rows, without its weights; null where it has no tokenizer.json, or this device not yet. */
  reader(model: BaseModel, hub: string): Promise<BaseReader | null>;
}

export function createModelDesk(baseUrl: string): ModelDesk {
  const picked = createPickedFiles();

  const obtaining = (model: BaseModel, hub: string) => {
    const siblings = new Set(model.files.map(({ sha256 }) => sha256));
    return (file: ModelFile, report: (progress: DownloadProgress) => void) => {
      const { path, sha256 } = file;
      const address = addressOf(model, file, baseUrl, hub);
      return fetchCached({ sha256, siblings }, () =>
        address === null ? picked.read(sha256, `${path} of ${model.name}`) : download(address, { sha256, onProgress: report }),
      );
    };
  };

  return {
    load: (model, hub, onProgress) => loadBase(model, obtaining(model, hub), onProgress),
    async reader(model, hub) {
      const missing = model.source.kind === "files" ? await picked.missing(model) : [];
      if (missing.length > 0) return null;
      const obtain = obtaining(model, hub);
      return readBaseReader(model, async (name) => (await obtain(fileCalled(model, name), () => {})).bytes);
    },

    async describeHubModel(text, hub) {
      const address = parseHubAddress(text);
      const folder = await openHubFolder(hub, address);
      return describe(folder, address.name, { kind: "hub", address: folder.address });
    },

    async describePickedModel(files, name, onProgress) {
      const folder = openPickedFolder(files, onProgress);
      const model = await describe(folder, name, { kind: "files" });
      await picked.add(model, new Map(model.files.map((file) => [file, folder.blob(file.path)])));
      return model;
    },

    async missingModelFiles(model) {
      return model.source.kind === "files" ? picked.missing(model) : [];
    },

    async provideModelFiles(model, files, onProgress) {
      await picked.match(model, files, onProgress);
      return picked.missing(model);
    },
  };
}

async function describe(folder: ModelFolder, name: string | null, source: ModelSource): Promise<BaseModel> {
  const { files, config, architecture } = await describeComputedModel(folder);
  const { parameters } = architecture;
  const called = name ?? `${config.model_type}, ${(parameters / 1e6).toFixed(1)} M parameters`;
  const parsed = baseModel.safeParse({ name: called.slice(0, MAX_NAME_LENGTH), source, files, config });
  if (parsed.success) return parsed.data;
  throw new ModelFolderError(["unfitModel", schemaSaying(parsed.error, { given: { files, config } }) as Told]);
}
