/** Files of base models that somebody picked on this device, known by their SHA-256. Only handles are held, no content. */

import type { ModelFile } from "@duet/lora-core/checkpoints/modelFileList";
import type { ModelFolder } from "@duet/lora-core/checkpoints/modelFolder";
import { ModelFolderError } from "@duet/lora-core/checkpoints/modelFolderError";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { type ModelSaying, modelFailure } from "@duet/lora-core/errors/modelSentences";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { hashOfBlob } from "./blobHash.ts";
import { isInCache, keepInCache } from "./weightCache.ts";

type OnProgress = (progress: DownloadProgress) => void;

/** A picked file that is not the federation's. */
class WrongFileError extends DuetError {
  constructor(saying: ModelSaying) {
    super("WRONG_FILE", ...modelFailure(saying));
  }
}

export interface PickedFiles {
  /** The content. @throws {WrongFileError} when the file was not picked, or is not readable any more. */
  read(sha256: string, what: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Remembers checked files of a model, and keeps copies in the cache where there is room. */
  add(model: BaseModel, checked: ReadonlyMap<ModelFile, Blob>): Promise<void>;
  /** Takes those of a model. @throws {WrongFileError} naming the first that differs. */
  match(model: BaseModel, files: readonly File[], onProgress: OnProgress): Promise<void>;
  /** Files of a model that neither were picked nor are in the cache. */
  missing(model: BaseModel): Promise<readonly ModelFile[]>;
}

export function createPickedFiles(): PickedFiles {
  const handles = new Map<string, Blob>();

  async function add(model: BaseModel, checked: ReadonlyMap<ModelFile, Blob>): Promise<void> {
    const siblings = new Set(model.files.map(({ sha256 }) => sha256));
    for (const [{ sha256 }, blob] of checked) {
      handles.set(sha256, blob);
      await keepInCache({ sha256, siblings }, blob);
    }
  }

  async function missing({ files }: BaseModel): Promise<readonly ModelFile[]> {
    const present = await Promise.all(files.map(({ sha256 }) => handles.has(sha256) || isInCache(sha256)));
    return files.filter((_, index) => !present[index]);
  }

  return {
    add,
    missing,
    async read(sha256, what) {
      const handle = handles.get(sha256);
      if (!handle) throw new WrongFileError(["notChosenHere", what]);
      const content = await handle.arrayBuffer().catch(() => null);
      if (!content) throw new WrongFileError(["unreadableNow", what]);
      return new Uint8Array(content);
    },
    async match(model, files, onProgress) {
      const wanted = await missing(model);
      const pairs = wanted.flatMap((file) => {
        const found = candidate(file, files, model);
        return found ? [{ file, found }] : [];
      });
      const totalBytes = pairs.reduce((sum, { file }) => sum + file.bytes, 0);
      let before = 0;
      const checked = new Map<ModelFile, Blob>();
      for (const { file, found } of pairs) {
        const report = (bytes: number) => onProgress({ receivedBytes: before + bytes, totalBytes });
        if (found.size !== file.bytes || (await hashOfBlob(found, report)) !== file.sha256) {
          const isNamedSo = found.name === file.path;
          throw new WrongFileError(isNamedSo ? ["differs", found.name] : ["differsFrom", found.name, file.path]);
        }
        before += file.bytes;
        checked.set(file, found);
      }
      await add(model, checked);
    },
  };
}

/** By its name; a lone weights file may have been renamed. */
function candidate(file: ModelFile, files: readonly File[], model: BaseModel): File | undefined {
  return files.find(({ name }) => name === file.path) ?? (model.files.length === 1 && files.length === 1 ? files[0] : undefined);
}

export interface PickedFolder extends ModelFolder {
  blob(path: string): Blob;
}

/** What somebody picked, as a folder; a GGUF file gets a plain name. */
export function openPickedFolder(files: readonly File[], onProgress: OnProgress): PickedFolder {
  const blobs = new Map(files.map((file): [string, File] => [plainName(file.name), file]));
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  const blob = (path: string): File => {
    const found = blobs.get(path);
    if (!found) throw new ModelFolderError(["notChosen", path]);
    return found;
  };
  return {
    blob,
    names: [...blobs.keys()],
    bytesOf: (name) => blob(name).size,
    read: async (name, maxBytes) => new Uint8Array(await blob(name).slice(0, maxBytes).arrayBuffer()),
    async sha256(name) {
      const hex = await hashOfBlob(blob(name), (bytes) => onProgress({ receivedBytes: before + bytes, totalBytes }));
      before += blob(name).size;
      return hex;
    },
  };
}

const plainName = (name: string) => (/\.gguf$/i.test(name) ? name.replace(/[^\w.-]/g, "-").replace(/^\W+/, "") : name);
