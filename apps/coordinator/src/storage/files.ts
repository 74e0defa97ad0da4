/** Files that are either wholly there or not at all, also after a crash; readable by nobody but the coordinator's user. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { access, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { createId } from "../ports/secrets.ts";
import { DatabaseFault } from "./database/databaseFault.ts";

export const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** What is written or hashed at a time, so that the event loop is free in between. */
const PIECE_BYTES = 1024 * 1024;

/** Writes beside the target, syncs, renames, syncs the folder. @throws a system error; the old file is untouched then. */
export async function writeAtomically(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${createId()}.tmp`;
  try {
    const file = await open(temporary, "wx", PRIVATE_FILE);
    try {
      for (const piece of piecesOf(content)) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes what a file holds durable, and then its new name. */
export async function moveDurably(from: string, to: string): Promise<void> {
  const file = await open(from, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Makes a folder and its name durable. */
export async function ensureFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER });
  await syncFolder(dirname(path));
}

/** Syncs of folders that have not begun yet, and the one that runs before each. */
const nextSyncs = new Map<string, Promise<void>>();
const runningSyncs = new Map<string, Promise<void>>();

/** Makes the names in it durable, those of all who ask before it begins at once. */
export function syncFolder(path: string): Promise<void> {
  const known = nextSyncs.get(path);
  if (known) return known;
  const before = runningSyncs.get(path) ?? Promise.resolve();
  const next: Promise<void> = before
    .catch(() => undefined)
    .then(() => {
      nextSyncs.delete(path);
      runningSyncs.set(path, next);
      return syncNow(path);
    })
    .finally(() => runningSyncs.get(path) === next && runningSyncs.delete(path));
  nextSyncs.set(path, next);
  return next;
}

async function syncNow(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether there is something at that path. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Of a whole file. */
export interface FileHash {
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
}
/** Reads a file through. @throws a system error. */
export type HashFile = (path: string) => Promise<FileHash>;

/** A {@link HashFile} for threads that may wait for the disk: this one does nothing else meanwhile. */
export async function hashFile(path: string): Promise<FileHash> {
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let bytes = 0;
  const file = openSync(path, "r");
  try {
    for (;;) {
      const read = readSync(file, piece);
      if (read === 0) return { sha256: hash.digest("hex"), bytes };
      hash.update(piece.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
}

/** SHA-256 of bytes in memory, hex. Large ones leave the event loop free in between. */
export async function hashBytes(content: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (const piece of piecesOf(content)) {
    if (piece.byteOffset > content.byteOffset) await new Promise(setImmediate);
    hash.update(piece);
  }
  return hash.digest("hex");
}

function* piecesOf(content: Uint8Array): Iterable<Uint8Array> {
  for (let start = 0; start < content.byteLength || start === 0; start += PIECE_BYTES) {
    yield content.subarray(start, start + PIECE_BYTES);
  }
}

/** With the code of the one who cannot do it. */
export type SystemError = (NodeJS.ErrnoException & { syscall: string }) | DatabaseFault;

/** An error of the operating system or of the database: no space, no permission, no such file, no connection. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof DatabaseFault || (error instanceof Error && "code" in error && "syscall" in error);
}
