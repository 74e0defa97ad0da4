/** The files of a base by their names, and where each is downloaded. */
import { hubFileUrl, parseHubAddress } from "../checkpoints/hubAddress.ts";
import type { ModelFile } from "../checkpoints/modelFileList.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import type { BaseModel } from "./baseModel.ts";

/** Where a file of a base is downloaded; null for a base whose files everybody has to have. `baseUrl` ends in a slash. */
export function addressOf({ source }: BaseModel, { path, sha256 }: ModelFile, baseUrl: string, hub: string): string | null {
  switch (source.kind) {
    case "coordinator":
      return `${baseUrl}models/${source.id}/${path}?sha256=${sha256}`;
    case "hub":
      return hubFileUrl(hub, parseHubAddress(source.address), path);
    case "files":
      return null;
  }
}

/** @throws {ModelFolderError} where the base has none of that name. */
export function fileCalled({ files, name }: BaseModel, path: string): ModelFile {
  const file = files.find((listed) => listed.path === path);
  if (!file) throw new ModelFolderError(["fileOfModelMissing", name, path]);
  return file;
}
