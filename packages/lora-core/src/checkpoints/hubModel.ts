/** A model's folder on a hub, at one commit: its list of files, and the small ones read to find out what it is. */
import { z } from "zod";
import { type HubAddress, hubFileUrl, hubRevisionUrl } from "./hubAddress.ts";
import type { ModelFolder } from "./modelFolder.ts";
import { ModelFolderError } from "./modelFolderError.ts";
import { download, ModelDownloadError } from "./resumableDownload.ts";
import { createSha256 } from "./sha256.ts";
import { STALL_MS, stallSignal } from "./stallSignal.ts";

/** Large files must come with their hash: hashing them would be downloading them. */
const MAX_HASHED_BYTES = 64 * 1024 * 1024;

/** What a hub says of a revision with ?blobs=true; `lfs` is there for large files. */
const revisionInfo = z.object({
  sha: z.string().regex(/^[0-9a-f]{7,64}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().int().min(0).optional(),
      lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int().min(0) }).nullish(),
    }),
  ),
});

export interface HubFolder extends ModelFolder {
  /** owner/name@commit */
  readonly address: string;
}

/**
 * Resolves the revision to a commit and lists its files, or the one that is meant. A hub that is silent for `stallMs` is not there.
 * @throws {ModelDownloadError} when the hub cannot be reached or has no such model.
 * @throws {ModelFolderError} when its answer is not a hub's.
 */
export async function openHubFolder(hub: string, address: HubAddress, stallMs = STALL_MS): Promise<HubFolder> {
  const { sha, siblings } = await revisionOf(hub, address, stallMs);
  const isMeant = (name: string) => address.file === null || name === address.file;
  const entries = new Map(siblings.filter(({ rfilename }) => isMeant(rfilename)).map((file) => [file.rfilename, file]));
  const at = (name: string) => hubFileUrl(hub, { ...address, revision: sha }, name);
  const bytesOf = (name: string) => entries.get(name)?.lfs?.size ?? entries.get(name)?.size ?? 0;
  const whole = (name: string) => download(at(name), { sha256: null, onProgress: () => {} });
  return {
    address: `${address.owner}/${address.name}@${sha}`,
    names: [...entries.keys()],
    bytesOf,
    read: (name, maxBytes) => (bytesOf(name) <= maxBytes ? whole(name) : readStart(at(name), maxBytes, stallMs)),
    async sha256(name) {
      const known = entries.get(name)?.lfs?.sha256;
      if (known !== undefined) return known;
      if (bytesOf(name) > MAX_HASHED_BYTES) throw new ModelFolderError(["noHashOf", name]);
      const hash = createSha256();
      hash.update(await whole(name));
      return hash.hex();
    },
  };
}

async function revisionOf(hub: string, address: HubAddress, stallMs: number): Promise<z.output<typeof revisionInfo>> {
  const { owner, name, revision } = address;
  const response = await fetch(hubRevisionUrl(hub, address), { signal: AbortSignal.timeout(stallMs) }).catch(() => null);
  if (!response) throw new ModelDownloadError(["hubUnreachable", hub], null);
  if (response.status === 401 || response.status === 403 || response.status === 404) {
    throw new ModelDownloadError(["noPublicModel", hub, owner, name, revision], response.status);
  }
  if (!response.ok) throw new ModelDownloadError(["hubAnswers", hub, response.status], response.status);
  const parsed = revisionInfo.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw new ModelFolderError(["noHub", hub]);
  return parsed.data;
}

/** The first bytes of a file, also from a server that knows no ranges. */
async function readStart(url: string, bytes: number, stallMs: number): Promise<Uint8Array> {
  const stall = stallSignal(stallMs);
  try {
    const headers = { range: `bytes=0-${bytes - 1}` };
    const response = await fetch(url, { headers, signal: stall.signal }).catch(() => null);
    if (!response?.ok) throw new ModelDownloadError(["cannotBeHad", url], response?.status ?? null);
    return await firstOf(response, bytes, stall.touch).catch(() => {
      throw new ModelDownloadError(["brokeOff", url], null);
    });
  } finally {
    stall.stop();
  }
}

async function firstOf(response: Response, bytes: number, onPiece: () => void): Promise<Uint8Array> {
  const start = new Uint8Array(bytes);
  const reader = response.body?.getReader();
  let received = 0;
  while (reader && received < bytes) {
    const { done, value } = await reader.read();
    if (done) break;
    onPiece();
    const piece = value.subarray(0, bytes - received);
    start.set(piece, received);
    received += piece.byteLength;
  }
  await reader?.cancel();
  return start.subarray(0, received);
}
