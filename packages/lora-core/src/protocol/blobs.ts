/**
 * Adapters between a client and the coordinator: over HTTP, named by their SHA-256, in pieces. Messages carry the name only.
 *
 *   PUT /federations/<id>/blobs/<sha256>   one piece, its place in the header Content-Range; without a body it asks what is there
 *   GET /federations/<id>/blobs/<sha256>   what `round:fetch` named; Range resumes it
 */
import { z } from "zod";
import { MAX_ADAPTER_BYTES, MAX_PIECE_BYTES } from "./limits.ts";

export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** A blob by its name and size. */
export const blobRef = z.strictObject({ sha256: sha256Hex, bytes: z.number().int().min(1).max(MAX_ADAPTER_BYTES) });
export type BlobRef = z.output<typeof blobRef>;

/** Answer to every PUT: how many bytes from the start are there. The next piece begins here; all of them is the end. */
export const uploadState = z.strictObject({ receivedBytes: z.number().int().min(0).max(MAX_ADAPTER_BYTES) });
export type UploadState = z.output<typeof uploadState>;

/** Who sends or gets a blob: a client's resume token, or (for the adapter that a federation starts from) the organiser's key. */
export const RESUME_TOKEN_HEADER = "x-resume-token";
export const ORGANISER_KEY_HEADER = "x-organiser-key";
/** Who may watch, for the adapters of closed rounds. */
export const WATCH_TOKEN_HEADER = "x-watch-token";

/** Address of a blob below the coordinator's. */
export function blobPath(federationId: string, sha256: string): string {
  return `/federations/${federationId}/blobs/${sha256}`;
}

/** Where a piece lies in its blob. */
export interface PieceRange {
  readonly start: number;
  /** Bytes of the piece; 0 only asks. */
  readonly length: number;
  /** Bytes of the whole blob. */
  readonly total: number;
}

/** As a Content-Range header: "bytes 0-65535/2300000", or with a star for the range where it only asks. */
export function formatPieceRange({ start, length, total }: PieceRange): string {
  return length === 0 ? `bytes */${total}` : `bytes ${start}-${start + length - 1}/${total}`;
}

/** Null for anything that is not a range within a blob of an allowed size. */
export function parsePieceRange(header: string | undefined): PieceRange | null {
  const [, first, last, size] = /^bytes (?:(\d{1,10})-(\d{1,10})|\*)\/(\d{1,10})$/.exec(header ?? "") ?? [];
  const total = Number(size);
  if (!(total >= 1 && total <= MAX_ADAPTER_BYTES)) return null;
  if (first === undefined) return { start: 0, length: 0, total };
  const range = { start: Number(first), length: Number(last) - Number(first) + 1, total };
  const fits = range.length >= 1 && range.length <= MAX_PIECE_BYTES && range.start + range.length <= total;
  return fits ? range : null;
}
