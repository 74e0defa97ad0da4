/** An adapter of a federation as the files of one format, with the card that says what it is. */
import { type PeftAdapter, writePeftAdapter } from "../adapters/peftFormat.ts";
import { exportModel, type ModelExport } from "../exports/modelExport.ts";
import { type BaseFiles, type StreamedFile, wholeFile } from "../exports/streamedFile.ts";
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { type AdapterCardSubject, adapterCard } from "./adapterCard.ts";
import { federationBase } from "./federationBase.ts";

/** peft: the adapter alone, for the PEFT library. */
export type AdapterFormat = "peft" | ModelExport;

/** Which adapter, and what its card says of it. */
export interface ExportedAdapter extends Pick<AdapterCardSubject, "kind" | "round" | "fusion" | "figures"> {
  readonly adapter: PeftAdapter;
}

/**
 * README.md and the format's files, which are made while they are read; `base` is read for formats that have its weights.
 * @throws {DuetError} where the base cannot be written so.
 */
export async function adapterExport(
  format: AdapterFormat,
  { adapter, ...subject }: ExportedAdapter,
  config: FederationConfig,
  base: BaseFiles,
): Promise<readonly StreamedFile[]> {
  const peft = federationBase(config.model);
  const card = wholeFile("README.md", adapterCard({ ...subject, config, base: peft, format }));
  if (format !== "peft") {
    const labels = config.task.kind === "label" ? config.task.labels : [];
    return [card, ...(await exportModel(format, { files: base, config: config.model.config, labels }, adapter))];
  }
  const files = Object.entries(writePeftAdapter(adapter, peft)) as [string, Uint8Array<ArrayBuffer> | string][];
  return [card, ...files.map(([name, content]) => wholeFile(name, content))];
}
