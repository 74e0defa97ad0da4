/** The base model's files on this machine: kept, downloaded, or of a folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelFile } from "@duet/lora-core/checkpoints/modelFileList";
import { type DownloadProgress, download } from "@duet/lora-core/checkpoints/resumableDownload";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { type BaseFiles, fileInMemory } from "@duet/lora-core/exports/streamedFile";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { addressOf, fileCalled } from "@duet/lora-core/protocol/modelAddress";
import { type LoadedBase, loadBase, type ObtainedFile } from "@duet/lora-engine/models/loadBase";
import { weightFile } from "./weightFiles.ts";

export interface ModelPlaces {
  /** Where the coordinator serves its files, with a slash at the end. */
  readonly baseUrl: string;
  readonly hub: string;
  /** Where weights are kept. */
  readonly folder: string;
  /** A folder with the files of a base that nobody serves; null where there is none. */
  readonly modelFolder: string | null;
}

/** @throws {DuetError} WRONG_FILE, MODEL_DOWNLOAD, MODEL_FOLDER, or for damaged weights. */
export function loadModel(
  model: BaseModel,
  places: ModelPlaces,
  onProgress: (progress: DownloadProgress) => void,
): Promise<LoadedBase> {
  return loadBase(model, (file, report) => obtain(model, file, places, report), onProgress);
}

/** The files themselves, for exports. `open` @throws {DuetError} WRONG_FILE, MODEL_DOWNLOAD. */
export function modelFiles(model: BaseModel, places: ModelPlaces): BaseFiles {
  return {
    names: model.files.map(({ path }) => path),
    async open(name) {
      const { bytes } = await obtain(model, fileCalled(model, name), places, () => {});
      return fileInMemory(bytes);
    },
  };
}

function obtain(
  model: BaseModel,
  file: ModelFile,
  { baseUrl, hub, folder, modelFolder }: ModelPlaces,
  report: (progress: DownloadProgress) => void,
): Promise<ObtainedFile> {
  const { path, sha256 } = file;
  const address = addressOf(model, file, baseUrl, hub);
  return weightFile(folder, sha256, async () =>
    address === null ? readModelFile(modelFolder, path, sha256) : download(address, { sha256, onProgress: report }),
  );
}

/** @throws {DuetError} WRONG_FILE where the folder does not have that very file. */
function readModelFile(folder: string | null, name: string, sha256: string): Uint8Array<ArrayBuffer> {
  if (folder === null) {
    throw new DuetError(
      "WRONG_FILE",
      "This federation's base model is not served: its files have to be at hand (--model FOLDER)",
    );
  }
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(join(folder, name)));
  } catch (cause) {
    throw new DuetError("WRONG_FILE", `${join(folder, name)} cannot be read`, { cause });
  }
  if (sha256Of(bytes) === sha256) return bytes;
  throw new DuetError("WRONG_FILE", `${join(folder, name)} differs from the file that this federation was created with`);
}
