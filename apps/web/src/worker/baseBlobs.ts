/** The files of a federation's base as Blobs: from this browser's cache, or from where they are served. Each is hashed once. */
import { ModelFolderError } from "@duet/lora-core/checkpoints/modelFolderError";
import { download } from "@duet/lora-core/checkpoints/resumableDownload";
import type { BaseFile, BaseFiles } from "@duet/lora-core/exports/streamedFile";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { addressOf, fileCalled } from "@duet/lora-core/protocol/modelAddress";
import { openCached } from "./weightCache.ts";

/** `open` @throws {DuetError} where a file cannot be had. */
export function baseBlobs(model: BaseModel, { baseUrl, hub }: { readonly baseUrl: string; readonly hub: string }): BaseFiles {
  const siblings = new Set(model.files.map(({ sha256 }) => sha256));
  const opened = new Map<string, Promise<Blob>>();
  const blobOf = (name: string): Promise<Blob> => {
    const file = fileCalled(model, name);
    const { path, sha256 } = file;
    const address = addressOf(model, file, baseUrl, hub);
    return openCached({ sha256, siblings }, async () => {
      if (address !== null) return download(address, { sha256, onProgress: () => {} });
      throw new ModelFolderError(["noCopyKept", path, model.name]);
    });
  };
  return {
    names: model.files.map(({ path }) => path),
    async open(name): Promise<BaseFile> {
      const blob = opened.get(name) ?? blobOf(name);
      opened.set(name, blob);
      const content = await blob;
      return {
        bytes: content.size,
        slice: async (begin, end) => new Uint8Array(await content.slice(begin, end).arrayBuffer()),
      };
    },
  };
}
