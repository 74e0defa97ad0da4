/** Adapters, alone or worked into their base, as folders of the files that other programs load. */
import { join } from "node:path";
import type { ModelExport } from "@duet/lora-core/exports/modelExport";
import type { BaseFiles } from "@duet/lora-core/exports/streamedFile";
import { adapterExport } from "@duet/lora-core/federation/adapterExport";
import type { FolderAdapter, WrittenAdapter } from "./adapterFolders.ts";
import type { AdapterOrigin } from "./adapterOrigin.ts";
import { writePrivatePieces } from "./privateFile.ts";

/** In a folder beside the adapter's: its files and a README.md, each wholly there or not at all. @throws {DuetError} */
export async function writeModel(
  { folder: beside, ...exported }: FolderAdapter,
  format: ModelExport,
  files: BaseFiles,
  { config }: AdapterOrigin,
): Promise<WrittenAdapter> {
  const folder = `${beside}-${format}`;
  for (const { name, pieces } of await adapterExport(format, exported, config, files))
    await writePrivatePieces(join(folder, name), pieces());
  return { kind: exported.kind, folder };
}
