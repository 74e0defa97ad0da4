/** Base models in this tab: finding out what one is, and loading it from wherever it comes. Holds the files that were picked. */
import { describeModel } from "@duet/lora-core/architectures/describeModel";
import { sameArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { hubFileUrl, parseHubAddress } from "@duet/lora-core/checkpoints/hubAddress";
import { openHubFolder } from "@duet/lora-core/checkpoints/hubModel";
import { type ModelFile, ModelFolderError } from "@duet/lora-core/checkpoints/modelFileList";
import type { ModelFolder } from "@duet/lora-core/checkpoints/modelFolder";
import { type DownloadProgress, download } from "@duet/lora-core/checkpoints/resumableDownload";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { type BaseModel, baseModel, bytesOf, type ModelSource } from "@duet/lora-core/protocol/baseModel";
import { MAX_NAME_LENGTH } from "@duet/lora-core/protocol/limits";
import type { ModelFiles } from "@duet/lora-engine/models/modelFiles";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import { createPickedFiles, openPickedFolder } from "./pickedFiles.ts";
import type { TabEngine } from "./tabEngine.ts";
import { fetchCached } from "./weightCache.ts";

export interface LoadedModel {
  readonly files: ModelFiles;
  /** False when this browser could not keep every file for the next time. */
  readonly kept: boolean;
}

export interface ModelDesk
  extends Pick<TabEngine, "describeHubModel" | "describePickedModel" | "missingModelFiles" | "provideModelFiles"> {
  /** Every file from the cache or its source, checked. @throws {ModelDownloadError}, {ModelFolderError} or for damaged weights. */
  load(model: BaseModel, hub: string, onProgress: (progress: DownloadProgress) => void): Promise<LoadedModel>;
}

export function createModelDesk(baseUrl: string): ModelDesk {
  const picked = createPickedFiles();

  /** Where the bytes of a file come from when the cache does not have them. */
  function sourceOf({ source, name }: BaseModel, hub: string, { path, sha256 }: ModelFile) {
    return (onProgress: (progress: DownloadProgress) => void): Promise<Uint8Array<ArrayBuffer>> => {
      switch (source.kind) {
        case "coordinator":
          return download(`${baseUrl}models/${source.id}/${path}?sha256=${sha256}`, { sha256, onProgress });
        case "hub":
          return download(hubFileUrl(hub, parseHubAddress(source.address), path), { sha256, onProgress });
        case "files":
          return picked.read(sha256, `${path} of ${name}`);
      }
    };
  }

  return {
    async load(model, hub, onProgress) {
      const totalBytes = bytesOf(model);
      const siblings = new Set(model.files.map(({ sha256 }) => sha256));
      let before = 0;
      let kept = true;
      const read = async (name: string): Promise<Uint8Array> => {
        const file = fileCalled(model, name);
        const obtain = sourceOf(model, hub, file);
        const report = (receivedBytes: number) => onProgress({ receivedBytes: before + receivedBytes, totalBytes });
        const fetched = await fetchCached({ sha256: file.sha256, siblings }, () =>
          obtain(({ receivedBytes }) => report(receivedBytes)),
        );
        report(file.bytes);
        before += file.bytes;
        kept &&= fetched.kept;
        return fetched.bytes;
      };
      const names = model.files.map(({ path }) => path);
      const files = await readModelFiles(names, read);
      if (!sameArchitecture(files.config, model.config)) {
        throw new ModelFolderError(`The config.json of ${model.name} is not the one this federation was created with`);
      }
      return { files, kept };
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
  const { files, config, architecture } = await describeModel(folder);
  const called = name ?? `${config.model_type}, ${(architecture.parameters / 1e6).toFixed(1)} M parameters`;
  const parsed = baseModel.safeParse({ name: called.slice(0, MAX_NAME_LENGTH), source, files, config });
  if (parsed.success) return parsed.data;
  throw new ModelFolderError(`This model cannot be used: ${schemaWords(parsed.error, { given: { files, config } })}`);
}

function fileCalled({ files, name }: BaseModel, path: string): ModelFile {
  const file = files.find((listed) => listed.path === path);
  if (!file) throw new ModelFolderError(`${name} has no ${path}`);
  return file;
}
