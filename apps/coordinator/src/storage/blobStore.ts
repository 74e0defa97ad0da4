/**
 * Content by its SHA-256: blobs/<space>/<sha256> in the data folder. A space is one federation's, so that none learns from a hash
 * what another one has, and all of it goes when the federation does. What is read is checked first: disks flip bits.
 */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { createId } from "../ports/secrets.ts";
import {
  ensureFolder,
  exists,
  type FileHash,
  type HashFile,
  hashBytes,
  isSystemError,
  moveDurably,
  writeAtomically,
} from "./files.ts";

/** A blob is missing, or is not what its name says. The message ends a sentence that begins with what it is. */
export class DamagedBlobError extends Error {
  override readonly name = "DamagedBlobError";
}

/**
 * A blob as it is kept. What an owner among several nodes writes carries its fence in its name (storage/ownership.ts): one that has lost
 * the federation and does not know it yet deletes nothing that its successor has written. Without one it is named by its hash alone.
 */
export interface StoredBlob extends BlobRef {
  readonly fence?: number;
}

export const blobName = ({ sha256, fence = 0 }: Pick<StoredBlob, "sha256" | "fence">): string =>
  fence === 0 ? sha256 : `${sha256}.${fence}`;

export interface BlobStore {
  /** On disk when it resolves; a copy that was there is replaced. @throws a system error. */
  put(space: string, ref: StoredBlob, content: Uint8Array): Promise<void>;
  /** Moves a file in whose content is known to be `ref`; it must lie on the same disk. */
  adopt(space: string, ref: StoredBlob, file: string): Promise<void>;
  /** A path on the same disk, for what is to be adopted; as long as it is not it is among the blobs that {@link list} names. */
  draft(space: string): Promise<string>;
  /** Path of a local file with that content, read through and checked just now. @throws {DamagedBlobError} */
  file(space: string, ref: StoredBlob): Promise<string>;
  delete(space: string, name: string): Promise<void>;
  /** Names of all blobs of a space. */
  list(space: string): Promise<readonly string[]>;
  spaces(): Promise<readonly string[]>;
  deleteSpace(space: string): Promise<void>;
}

/** The name of bytes in memory. */
export async function refOf(content: Uint8Array): Promise<BlobRef> {
  return { sha256: await hashBytes(content), bytes: content.byteLength };
}

/** In a folder that is made when it is not there. `hashFile` reads elsewhere than on the event loop, where there is one to keep free. */
export async function openBlobFolder(folder: string, hashFile: HashFile): Promise<BlobStore> {
  await ensureFolder(folder);
  /** Files that are being read through: who asks meanwhile gets the same answer. */
  const hashing = new Map<string, Promise<FileHash>>();
  const hashOf = (path: string): Promise<FileHash> => {
    const running = hashing.get(path) ?? hashFile(path).finally(() => hashing.delete(path));
    hashing.set(path, running);
    return running;
  };
  const pathOf = (space: string, name: string) => join(folder, space, name);
  const ensureSpace = async (space: string) => {
    if (!(await exists(join(folder, space)))) await ensureFolder(join(folder, space));
  };
  return {
    async put(space, ref, content) {
      await ensureSpace(space);
      await writeAtomically(pathOf(space, blobName(ref)), content);
    },
    async adopt(space, ref, file) {
      await ensureSpace(space);
      await moveDurably(file, pathOf(space, blobName(ref)));
    },
    async draft(space) {
      await ensureSpace(space);
      return pathOf(space, `${createId()}.tmp`);
    },
    async file(space, ref) {
      const path = pathOf(space, blobName(ref));
      const found = await hashOf(path).catch((error) => {
        if (isSystemError(error) && error.code === "ENOENT") throw new DamagedBlobError("is missing on the coordinator's disk");
        throw error;
      });
      if (found.sha256 === ref.sha256) return path;
      const how = found.bytes === ref.bytes ? "its bytes have changed" : `it has ${found.bytes} bytes of ${ref.bytes}`;
      throw new DamagedBlobError(`is damaged on the coordinator's disk (${how})`);
    },
    delete: (space, name) => rm(pathOf(space, name), { force: true }),
    list: (space) => namesIn(join(folder, space)),
    spaces: () => namesIn(folder),
    deleteSpace: (space) => rm(join(folder, space), { recursive: true, force: true }),
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error) => {
    if (isSystemError(error) && error.code === "ENOENT") return [];
    throw error;
  });
}
