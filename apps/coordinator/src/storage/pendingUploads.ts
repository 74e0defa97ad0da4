/**
 * Adapters that are still on their way, one file each: uploads/<federation>/<owner>.<sha256>, the bytes from the start. What is here
 * survives a killed coordinator, and was promised to nobody: it is checked against its name before it is used, and deleted when unused.
 */
import { appendFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { Refusal } from "../refusal.ts";
import { ensureFolder, exists, hashFile, isSystemError, PRIVATE_FILE } from "./files.ts";
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
  /** File of the whole blob, checked against its name just now; null when it is not here. Who moves it has it. */
  file(owner: string, blob: BlobRef): Promise<string | null>;
  /** Deletes what all other owners sent. */
  keepOnly(owners: ReadonlySet<string>): Promise<void>;
}

/** Owners are ids without a dot. The folder is made with the first piece. */
export async function openPendingUploads(folder: string): Promise<PendingUploads> {
  const owners = new Set((await namesIn(folder)).map((name) => name.slice(0, name.indexOf("."))));
  /** Requests of one owner one after the other. */
  const inTurn = createTurns();
  const fileOf = (owner: string, { sha256 }: BlobRef) => join(folder, `${owner}.${sha256}`);

  const forget = async (owner: string, except: string | null = null): Promise<void> => {
    const names = (await namesIn(folder)).filter((name) => name.startsWith(`${owner}.`));
    const paths = names.map((name) => join(folder, name)).filter((path) => path !== except);
    await Promise.all(paths.map((path) => rm(path, { force: true })));
    if (except === null) owners.delete(owner);
  };

  return {
    receive(owner, blob, { start, bytes }) {
      owners.add(owner);
      return inTurn(owner, async () => {
        const path = fileOf(owner, blob);
        const held = await sizeOf(path);
        const fresh = start > held ? bytes.subarray(0, 0) : bytes.subarray(held - start);
        if (fresh.byteLength === 0) return held;
        if (held === 0) await forget(owner, path);
        if (held === 0 && !(await exists(folder))) await ensureFolder(folder);
        await appendFile(path, fresh, { mode: PRIVATE_FILE });
        const received = held + fresh.byteLength;
        if (received < blob.bytes || (await isWhole(path, blob))) return received;
        await rm(path, { force: true });
        throw new Refusal("BLOB_MISSING", `What arrived does not have the SHA-256 ${blob.sha256}; send it again`);
      });
    },
    file: (owner, blob) =>
      inTurn(owner, async () => {
        const path = fileOf(owner, blob);
        const size = await sizeOf(path);
        if (size < blob.bytes) return null;
        if (await isWhole(path, blob)) return path;
        // Complete, but not what it was: the machine went down before the disk had it.
        await rm(path, { force: true });
        return null;
      }),
    async keepOnly(kept) {
      const others = [...owners].filter((owner) => !kept.has(owner));
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

async function isWhole(path: string, blob: BlobRef): Promise<boolean> {
  const { sha256, bytes } = await hashFile(path);
  return sha256 === blob.sha256 && bytes === blob.bytes;
}

/** @throws every other error. */
function nullIfMissing(error: unknown): null {
  if (isSystemError(error) && error.code === "ENOENT") return null;
  throw error;
}
