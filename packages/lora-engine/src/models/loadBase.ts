/** Loads a federation's base model file by file, checked against what the federation was created with. */
import { sameArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { ModelFile } from "@duet/lora-core/checkpoints/modelFileList";
import { ModelFolderError } from "@duet/lora-core/checkpoints/modelFolderError";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import { SENTENCE_FIELD } from "@duet/lora-core/checkpoints/sentenceSettings";
import { type BaseModel, bytesOf } from "@duet/lora-core/protocol/baseModel";
import { fileCalled } from "@duet/lora-core/protocol/modelAddress";
import type { ModelFiles } from "./modelFiles.ts";
import { readModelFiles } from "./readModelFiles.ts";

export interface LoadedBase {
  readonly files: ModelFiles;
  /** False when this device could not keep every file for the next time. */
  readonly kept: boolean;
}

/** A file's bytes, and whether the device keeps them. The bytes were checked against the SHA-256. */
export interface ObtainedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly kept: boolean;
}

/**
 * Every file by `obtain`, from a cache or its source. @throws {ModelFolderError} where the config is another one than the federation's;
 * whatever `obtain` and damaged weights throw.
 */
export async function loadBase(
  model: BaseModel,
  obtain: (file: ModelFile, onProgress: (progress: DownloadProgress) => void) => Promise<ObtainedFile>,
  onProgress: (progress: DownloadProgress) => void,
): Promise<LoadedBase> {
  const totalBytes = bytesOf(model);
  let before = 0;
  let kept = true;
  const read = async (name: string): Promise<Uint8Array> => {
    const file = fileCalled(model, name);
    const report = (receivedBytes: number) => onProgress({ receivedBytes: before + receivedBytes, totalBytes });
    const obtained = await obtain(file, ({ receivedBytes }) => report(receivedBytes));
    report(file.bytes);
    before += file.bytes;
    kept &&= obtained.kept;
    return obtained.bytes;
  };
  const names = model.files.map(({ path }) => path);
  const found = await readModelFiles(names, read);
  const files = { ...found, config: { ...Object(found.config), ...sentencesOf(model) } };
  if (!sameArchitecture(files.config, model.config)) {
    throw new ModelFolderError(["otherConfig", model.name]);
  }
  return { files, kept };
}

/** How vectors are made of hidden states is the federation's to say: its files lie in a folder of their own and are not passed on. */
function sentencesOf({ config }: BaseModel): object {
  return SENTENCE_FIELD in config ? { [SENTENCE_FIELD]: config[SENTENCE_FIELD] } : {};
}
