/** An adapter's files in a format that other programs load, written beside the page. */
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import type { ExportRequest } from "../worker/adapterExporter.ts";
import { writtenArchive } from "../worker/exportProxy.ts";

export type ExportSource = ExportRequest["source"];
/** What is to be written. */
export type Export = Pick<ExportRequest, "format" | "config" | "source">;

type Coordinator = Pick<CoordinatorClient, "baseUrl" | "offer">;

/**
 * As one .zip; `onShare` gets the share that is written. Whatever the page needs of the base's files is taken from this browser first.
 * @throws {DuetError} where the base cannot be written so, or its files cannot be had.
 */
export async function exportArchive(coordinator: Coordinator, wanted: Export, onShare: (share: number) => void): Promise<Blob> {
  return writtenArchive(await requestOf(coordinator, wanted), onShare);
}

async function requestOf({ baseUrl, offer }: Coordinator, wanted: Export): Promise<ExportRequest> {
  // Only an address on a hub needs to know which hub, which an unreachable coordinator does not say.
  const onHub = wanted.config.model.source.kind === "hub" && wanted.format !== "peft";
  return { ...wanted, baseUrl, hub: onHub ? (await offer()).hub : "" };
}
