/** One adapter from the coordinator: resumed where it breaks off, checked against its name. */

import { download, ModelDownloadError } from "@duet/lora-core/checkpoints/resumableDownload";
import { connectionError } from "@duet/lora-core/errors/connectionError";
import type { DuetError } from "@duet/lora-core/errors/duetError";
import { type BlobRef, blobPath } from "@duet/lora-core/protocol/blobs";

export interface BlobDownload {
  /** Address of the coordinator; the page's own when empty. */
  readonly url: string;
  readonly federationId: string;
  /** The secret that says who asks. */
  readonly headers: Readonly<Record<string, string>>;
  readonly blob: BlobRef;
}

/** @throws {DuetError} what waiting can help against as UNREACHABLE or NOT_JOINED; WRONG_ROUND when it is not there any more. */
export async function downloadBlob({ url, federationId, headers, blob }: BlobDownload): Promise<Uint8Array> {
  const address = url + blobPath(federationId, blob.sha256);
  try {
    return await download(address, { sha256: blob.sha256, headers, onProgress: () => {} });
  } catch (error) {
    throw error instanceof ModelDownloadError ? asFailure(error) : error;
  }
}

function asFailure(error: ModelDownloadError): DuetError {
  const { status } = error;
  if (status === 403) return connectionError("NOT_JOINED", ["unknownClient"], { cause: error });
  if (status === 404) return connectionError("WRONG_ROUND", ["roundMoved"], { cause: error });
  return connectionError("UNREACHABLE", ["downloadBroke"], { cause: error });
}
