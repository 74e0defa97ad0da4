/** An adapter's files in a format that other programs load, written beside the page. */
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import type { HubTarget } from "@duet/client/hubPush";
import { loadPart } from "@duet/client/loadPart";
import type { ExportRequest } from "../worker/adapterExporter.ts";
import { writtenArchive, writtenFiles } from "../worker/exportProxy.ts";

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

/**
 * To a repository of the coordinator's hub, straight from this tab; the address of it. The coordinator learns of it neither the token nor that
 * it happened. @throws {DuetError} HUB_REFUSED, or as above.
 */
export async function pushExport(
  coordinator: Coordinator,
  wanted: Export,
  to: Omit<HubTarget, "hub">,
  onShare: (share: number) => void,
  giveUp: AbortSignal,
): Promise<string> {
  const { hub } = await coordinator.offer();
  const files = await writtenFiles({ ...wanted, baseUrl: coordinator.baseUrl, hub }, onShare);
  // What talks to a hub is fetched when somebody does.
  const { pushToHub } = await loadPart(() => import("@duet/client/hubPush"));
  return pushToHub(files, `From the federation ${wanted.config.name}`, { ...to, hub }, giveUp);
}

async function requestOf({ baseUrl, offer }: Coordinator, wanted: Export): Promise<ExportRequest> {
  // Only an address on a hub needs to know which hub, which an unreachable coordinator does not say.
  const onHub = wanted.config.model.source.kind === "hub" && wanted.format !== "peft";
  return { ...wanted, baseUrl, hub: onHub ? (await offer()).hub : "" };
}
