/** What an organiser does with a federation as a whole, over HTTP: take it along, and delete it. `url` is where the coordinator is, with a slash at the end. */
import { download } from "@duet/lora-core/checkpoints/resumableDownload";
import { ORGANISER_KEY_HEADER } from "@duet/lora-core/protocol/blobs";
import { changeAt } from "./httpResult.ts";

const headersOf = (organiserKey: string) => ({ [ORGANISER_KEY_HEADER]: organiserKey });

/** A .tar of everything that the coordinator keeps of it. @throws {ModelDownloadError} when it cannot be had. */
export function exportFederation(url: string, federationId: string, organiserKey: string): Promise<Uint8Array<ArrayBuffer>> {
  const headers = headersOf(organiserKey);
  return download(`${url}federations/${federationId}/export`, { sha256: null, headers, onProgress: () => {} });
}

/** For good, and for everybody. @throws {DuetError} STILL_RUNNING, another refusal, UNREACHABLE, BAD_REPLY */
export async function deleteFederation(url: string, federationId: string, organiserKey: string): Promise<void> {
  await changeAt(new URL(`federations/${federationId}`, url), { method: "DELETE", headers: headersOf(organiserKey) });
}
