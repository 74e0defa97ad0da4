/**
 * One adapter to the coordinator, in pieces: each is acknowledged, so a slow link shows its progress, and whatever breaks off goes on
 * where it ended. There is no deadline but for a single piece; pieces shrink on a slow link and grow on a fast one.
 */

import { STALL_MS } from "@duet/lora-core/checkpoints/stallSignal";
import { connectionError } from "@duet/lora-core/errors/connectionError";
import { hasCode } from "@duet/lora-core/errors/duetError";
import { type BlobRef, blobPath, formatPieceRange, type UploadState, uploadState } from "@duet/lora-core/protocol/blobs";
import { resultOf } from "@duet/lora-core/protocol/errors";
import { MAX_PIECE_BYTES } from "@duet/lora-core/protocol/limits";
import { delay } from "./deadline.ts";
import { refusalOf } from "./refusalOf.ts";
import { retryAfterOf } from "./transient.ts";

const MIN_PIECE_BYTES = 16 * 1024;
const FIRST_PIECE_BYTES = 64 * 1024;
/**
 * A piece that took less is followed by one four times, or twice, as large; one that took more by a smaller one. A coordinator that many
 * ask at once answers late whatever a piece's size, so these are as long as a slow link's progress may stand still.
 */
const QUICK_MS = 1_000;
const FAIR_MS = 2_000;
const SLOW_MS = 4_000;
/** Attempts in a row that bring nothing before the upload is given up, after two to four minutes and what they took themselves. */
const FRUITLESS_ATTEMPTS = 30;
/** Times that it is sent from the start because it arrived changed. */
const MAX_STARTS = 3;
const RETRY_MS = 500;
/** Whatever it is told, an upload waits no longer (and up to half as much more): it cannot be called off, and its round may be over by then. */
const LONGEST_RETRY_MS = 5_000;
/** HTTP status. */
const REQUEST_TIMEOUT = 408;

export interface BlobUpload {
  /** Address of the coordinator; the page's own when empty. */
  readonly url: string;
  readonly federationId: string;
  /** The secret that says who sends it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly blob: BlobRef;
  readonly content: Uint8Array;
  /** Called with the bytes of every piece that leaves, repeated ones too. */
  readonly onSent: (bytes: number) => void;
  /** Called after every piece that was acknowledged. */
  readonly onHeld: (bytes: number) => void;
}

/** Resolves once the coordinator has all of it. @throws {DuetError} the refusal, UNREACHABLE, or BAD_REPLY. */
export async function uploadBlob(upload: BlobUpload): Promise<void> {
  let pieceBytes = FIRST_PIECE_BYTES;
  let fruitless = 0;
  /** Bytes that are there; null when that must be asked. At first the first piece asks: nothing of it is taken where more is there. */
  let held: number | null = 0;
  let starts = 0;
  while (held !== upload.blob.bytes) {
    try {
      if (held === null) {
        held = await put(upload, 0, 0);
        continue;
      }
      const began = performance.now();
      const next = await put(upload, held, pieceBytes);
      fruitless = next > held ? 0 : fruitless + 1;
      held = next;
      upload.onHeld(held);
      pieceBytes = nextPieceBytes(pieceBytes, performance.now() - began);
    } catch (error) {
      // It arrived changed: once more from the start.
      if (hasCode(error, "BLOB_MISSING")) starts++;
      fruitless++;
      const againMs = retryAfterOf(error, LONGEST_RETRY_MS);
      const canHelp = hasCode(error, "UNREACHABLE", "RATE_LIMITED", "BLOB_MISSING") || againMs !== null;
      const isHopeless = !canHelp || starts >= MAX_STARTS;
      if (isHopeless || fruitless >= FRUITLESS_ATTEMPTS) throw error;
      held = null;
      pieceBytes = Math.max(MIN_PIECE_BYTES, pieceBytes / 2);
      await delay(againMs ?? Math.min(fruitless * RETRY_MS, LONGEST_RETRY_MS));
    }
  }
}

function nextPieceBytes(bytes: number, ms: number): number {
  if (ms < FAIR_MS) return Math.min(MAX_PIECE_BYTES, (ms < QUICK_MS ? 4 : 2) * bytes);
  return ms > SLOW_MS ? Math.max(MIN_PIECE_BYTES, bytes / 2) : bytes;
}

/** Sends at most `length` bytes from `start` on; 0 only asks. Says how many bytes from the start are there. */
async function put({ url, federationId, headers, blob, content, onSent }: BlobUpload, start: number, length: number) {
  const piece = new Uint8Array(content.subarray(start, start + length));
  const range = formatPieceRange({ start, length: piece.byteLength, total: blob.bytes });
  onSent(piece.byteLength);
  const answer = await fetch(url + blobPath(federationId, blob.sha256), {
    method: "PUT",
    headers: { ...headers, "content-range": range, "content-type": "application/octet-stream" },
    body: piece,
    signal: AbortSignal.timeout(STALL_MS),
  })
    .then(async (response) => ({ status: response.status, body: await response.json().catch(() => null) }))
    .catch(() => null);
  if (answer === null) throw connectionError("UNREACHABLE", ["uploadBroke"]);
  return receivedBytes(answer.status, answer.body);
}

function receivedBytes(status: number, body: unknown): UploadState["receivedBytes"] {
  // Nothing is wrong with the piece: this machine, the network or the coordinator stood still while it was sent.
  if (status === REQUEST_TIMEOUT) throw connectionError("UNREACHABLE", ["pieceTooLong"]);
  const parsed = resultOf(uploadState).safeParse(body);
  if (parsed.success && parsed.data.ok) return parsed.data.data.receivedBytes;
  if (parsed.success && !parsed.data.ok) throw refusalOf(parsed.data.error);
  // A proxy answers for a coordinator that is away.
  if (status >= 500) throw connectionError("UNREACHABLE", ["coordinatorAwayWith", status]);
  throw connectionError("BAD_REPLY", ["uploadUnread", status]);
}
