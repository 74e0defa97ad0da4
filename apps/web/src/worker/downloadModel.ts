/** The base model of a federation, from the coordinator or from this browser's cache. */
import { download } from "@duet/lora-core/checkpoints/resumableDownload";
import { downloadModel } from "@duet/lora-core/models/downloadModel";
import type { ModelFiles } from "@duet/lora-core/training/trainingEngine";
import type { DownloadProgress, ModelSource } from "./tabEngine.ts";
import { fetchCached } from "./weightCache.ts";

export interface DownloadedModel {
  readonly files: ModelFiles;
  /** False when this browser could not keep the weights for the next time. */
  readonly kept: boolean;
}

/** @throws {ModelDownloadError} unreachable, broken off again and again, or a SHA-256 other than `source.sha256`. */
export async function downloadFederationModel(
  { folderUrl, sha256 }: ModelSource,
  onProgress: (progress: DownloadProgress) => void,
): Promise<DownloadedModel> {
  let kept = true;
  const files = await downloadModel({
    urlOf: (file) => `${folderUrl}/${file}`,
    sha256: new Map([["model.safetensors", sha256]]),
    onProgress,
    async fetchWeights(url, options) {
      const weights = await fetchCached(url, sha256, options, download);
      kept = weights.kept;
      return weights.bytes;
    },
  });
  return { files, kept };
}
