/**
 * Adapters that are still on their way, one file each: uploads/<owner>.<sha256>, the bytes from the start. What is here survives a
 * killed coordinator, and was promised to nobody: it is checked against its name before it is used, and deleted when unused.
 */
import { createHash } from "node:crypto";
import { appendFile, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { Refusal } from "../refusal.ts";
import { ensureFolder, isSystemError } from "./files.ts";

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
  /** The whole blob, as its name says; null when it is not here. */
  read(owner: string, blob: BlobRef): Promise<Uint8Array | null>;
  /** Deletes what all other owners sent. */
  keepOnly(owners: ReadonlySet<string>): Promise<void>;
}

/** Owners are ids without a dot. */
export async function openPendingUploads(folder: string): Promise<PendingUploads> {
  await ensureFolder(folder);
  const owners = new Set((await readdir(folder)).map((name) => name.slice(0, name.indexOf("."))));
  const turns = new Map<string, Promise<unknown>>();
  const fileOf = (owner: string, { sha256 }: BlobRef) => join(folder, `${owner}.${sha256}`);

  /** Requests of one owner one after the other. */
  const inTurn = <T>(owner: string, work: () => Promise<T>): Promise<T> => {
    const result = (turns.get(owner) ?? Promise.resolve()).then(work);
    const turn = result
      .catch(() => undefined)
      .then(() => {
        if (turns.get(owner) === turn) turns.delete(owner);
      });
    turns.set(owner, turn);
    return result;
  };

  const forget = async (owner: string, except: string | null = null): Promise<void> => {
    const names = (await readdir(folder)).filter((name) => name.startsWith(`${owner}.`));
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
        await appendFile(path, fresh);
        const received = held + fresh.byteLength;
        if (received < blob.bytes || (await readChecked(path, blob))) return received;
        await rm(path, { force: true });
        throw new Refusal("BLOB_MISSING", `What arrived does not have the SHA-256 ${blob.sha256}; send it again`);
      });
    },
    read: (owner, blob) =>
      inTurn(owner, async () => {
        const content = await readChecked(fileOf(owner, blob), blob);
        // Complete, but not what it was: the machine went down before the disk had it.
        if (content === null && (await sizeOf(fileOf(owner, blob))) >= blob.bytes) await rm(fileOf(owner, blob), { force: true });
        return content;
      }),
    async keepOnly(kept) {
      const others = [...owners].filter((owner) => !kept.has(owner));
      await Promise.all(others.map((owner) => inTurn(owner, () => forget(owner))));
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(nullIfMissing);
  return found?.size ?? 0;
}

async function readChecked(path: string, { sha256, bytes }: BlobRef): Promise<Uint8Array | null> {
  const content = await readFile(path).catch(nullIfMissing);
  const isIt = content?.byteLength === bytes && createHash("sha256").update(content).digest("hex") === sha256;
  return isIt ? content : null;
}

/** @throws every other error. */
function nullIfMissing(error: unknown): null {
  if (isSystemError(error) && error.code === "ENOENT") return null;
  throw error;
}
