/**
 * Adapters that are still on their way, one file each: uploads/<federation>/<owner>.<sha256>, the bytes from the start. What is here
 * survives a killed coordinator, and was promised to nobody: it is checked against its name before it is used, and deleted when unused.
 */
import { appendFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { Refusal } from "../refusal.ts";
import { ensureFolder, type HashFile, isSystemError, PRIVATE_FILE } from "./files.ts";
import { createTurns } from "./turns.ts";

export interface Piece {
  /** Where it begins in its blob. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Takes a piece of one owner's blob and says how many bytes from the start are here; an empty one only asks. */
export type Receive = (blob: BlobRef, piece: Piece) => Promise<number>;

export interface PendingUploads {
  /**
   * Takes what is new of a piece and says how many bytes from the start are here. A piece that does not follow on them is not
   * taken. An owner has one upload at a time: another blob's replaces it.
   * @throws {Refusal} BLOB_MISSING when it is complete and another than its name says, so that nothing is here; a system error when it cannot be written.
   */
  receive(owner: string, blob: BlobRef, piece: Piece): Promise<number>;
  /** File of the whole blob, checked against its name since this folder was opened; null when it is not here. Who moves it has it. */
  file(owner: string, blob: BlobRef): Promise<string | null>;
  /** Deletes what all other owners sent. */
  keepOnly(owners: ReadonlySet<string>): Promise<void>;
}

/** What one owner is sending. */
interface Arriving {
  readonly sha256: string;
  /** Bytes from the start that are in its file. */
  readonly held: number;
  /** It is complete, and was read through as its last piece arrived. */
  readonly isChecked: boolean;
}

/** Owners are ids without a dot. The folder is made with the first piece. `hashFile` reads elsewhere than on the event loop. */
export async function openPendingUploads(folder: string, hashFile: HashFile): Promise<PendingUploads> {
  const fileOf = (owner: string, sha256: string) => join(folder, `${owner}.${sha256}`);
  const arriving = new Map<string, Arriving>();
  for (const name of await namesIn(folder)) {
    const [owner = "", sha256 = ""] = name.split(".");
    arriving.set(owner, { sha256, held: await sizeOf(join(folder, name)), isChecked: false });
  }
  let isFolderMade = arriving.size > 0;
  /** Requests of one owner one after the other. */
  const inTurn = createTurns();

  async function forget(owner: string): Promise<void> {
    const known = arriving.get(owner);
    if (known) await rm(fileOf(owner, known.sha256), { force: true });
    arriving.delete(owner);
  }

  async function append(owner: string, sha256: string, held: number, fresh: Uint8Array): Promise<number> {
    const path = fileOf(owner, sha256);
    if (!isFolderMade) await ensureFolder(folder);
    isFolderMade = true;
    try {
      await appendFile(path, fresh, { mode: PRIVATE_FILE });
      arriving.set(owner, { sha256, held: held + fresh.byteLength, isChecked: false });
    } catch (error) {
      // A part of it may have been written.
      arriving.set(owner, { sha256, held: await sizeOf(path), isChecked: false });
      throw error;
    }
    return held + fresh.byteLength;
  }

  /** Keeps what is what its name says, and deletes what is not. */
  async function check(owner: string, blob: BlobRef): Promise<boolean> {
    const found = await hashFile(fileOf(owner, blob.sha256));
    const isWhole = found.sha256 === blob.sha256 && found.bytes === blob.bytes;
    if (isWhole) arriving.set(owner, { sha256: blob.sha256, held: blob.bytes, isChecked: true });
    else await forget(owner);
    return isWhole;
  }

  return {
    receive: (owner, blob, { start, bytes }) =>
      inTurn(owner, async () => {
        const known = arriving.get(owner);
        const held = known?.sha256 === blob.sha256 ? known.held : 0;
        const fresh = start > held ? bytes.subarray(0, 0) : bytes.subarray(held - start);
        if (fresh.byteLength === 0) return held;
        if (held === 0) await forget(owner);
        const received = await append(owner, blob.sha256, held, fresh);
        if (received < blob.bytes || (await check(owner, blob))) return received;
        throw new Refusal("BLOB_MISSING", ["otherSha256", blob.sha256]);
      }),
    file: (owner, blob) =>
      inTurn(owner, async () => {
        const known = arriving.get(owner);
        if (known?.sha256 !== blob.sha256 || known.held < blob.bytes) return null;
        const path = fileOf(owner, blob.sha256);
        // It was moved, or the machine went down before the disk had it.
        if ((await sizeOf(path)) !== blob.bytes) await forget(owner);
        else if (known.isChecked || (await check(owner, blob))) return path;
        return null;
      }),
    async keepOnly(kept) {
      const others = [...arriving.keys()].filter((owner) => !kept.has(owner));
      await Promise.all(others.map((owner) => inTurn(owner, () => forget(owner))));
    },
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(nullIfMissing)) ?? [];
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(nullIfMissing);
  return found?.size ?? 0;
}

/** @throws every other error. */
function nullIfMissing(error: unknown): null {
  if (isSystemError(error) && error.code === "ENOENT") return null;
  throw error;
}
