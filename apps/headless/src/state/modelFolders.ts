/** Adapters, alone or worked into their base, as folders of the files that other programs load. */
import { join } from "node:path";
import { exportModel, type ModelExport } from "@duet/lora-core/exports/modelExport";
import type { BaseFiles } from "@duet/lora-core/exports/streamedFile";
import { adapterCard } from "@duet/lora-core/federation/adapterCard";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { FolderAdapter, WrittenAdapter } from "./adapterFolders.ts";
import type { AdapterOrigin } from "./adapterOrigin.ts";
import { writePrivateFile, writePrivatePieces } from "./privateFile.ts";

/** In a folder beside the adapter's: its files and a README.md, each wholly there or not at all. @throws {DuetError} or a system error. */
export async function writeModel(
  { kind, folder: beside, adapter, round, fusion, figures }: FolderAdapter,
  format: ModelExport,
  files: BaseFiles,
  { config }: AdapterOrigin,
): Promise<WrittenAdapter> {
  const folder = `${beside}-${format}`;
  const written = await exportModel(format, { files, config: config.model.config }, adapter);
  for (const { name, pieces } of written) await writePrivatePieces(join(folder, name), pieces());
  const card = adapterCard({ kind, round, fusion, figures, config, base: federationBase(config.model), format });
  writePrivateFile(join(folder, "README.md"), card);
  return { kind, folder };
}
