/** Files that are wholly there or not at all, also after a crash, and readable by their owner alone. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { DuetError } from "@duet/lora-core/errors/duetError";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Written beside the target, synced, renamed, and the folder synced: when it returns the file is there for good. @throws {DuetError} PLACE_UNUSABLE */
export function writePrivateFile(path: string, content: Uint8Array | string): void {
  const target = openPrivateTarget(path);
  try {
    target.write(typeof content === "string" ? Buffer.from(content) : content);
    target.keep();
  } catch (error) {
    target.drop();
    throw placeFailure(path, error);
  }
}

/** Likewise, of pieces as they come. @throws {DuetError} PLACE_UNUSABLE, or what making them throws. */
export async function writePrivatePieces(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const target = openPrivateTarget(path);
  try {
    for await (const piece of pieces) target.write(piece);
    target.keep();
  } catch (error) {
    target.drop();
    throw placeFailure(path, error);
  }
}

/** A file beside `path` that takes its place with `keep`; `drop` removes it. */
function openPrivateTarget(path: string) {
  ensurePrivateFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  const file = inPlace(temporary, () => openSync(temporary, "w", PRIVATE_FILE));
  let open = true;
  const close = () => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    write(bytes: Uint8Array) {
      for (let written = 0; written < bytes.byteLength; ) written += writeSync(file, bytes, written);
    },
    keep() {
      fsyncSync(file);
      close();
      renameSync(temporary, path);
      syncFolder(dirname(path));
    },
    drop() {
      close();
      rmSync(temporary, { force: true });
    },
  };
}

/** Null where there is none. @throws {DuetError} PLACE_UNUSABLE */
export function readPrivateFile(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return null;
    throw placeFailure(path, error);
  }
}

/** Deletes it, durably; nothing happens where there is none. */
export function removePrivateFile(path: string): void {
  if (readPrivateFile(path) === null) return;
  rmSync(path, { force: true });
  syncFolder(dirname(path));
}

/** Makes a folder that its owner alone can look into. @throws {DuetError} PLACE_UNUSABLE */
export function ensurePrivateFolder(path: string): void {
  inPlace(path, () => mkdirSync(path, { recursive: true, mode: PRIVATE_FOLDER }));
}

/** @throws {DuetError} PLACE_UNUSABLE for what the system refuses, with the path that it was about. */
export function inPlace<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw placeFailure(path, error);
  }
}

/** What the system refuses, as a failure that its owner can mend; anything else as it is. */
function placeFailure(path: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  return new DuetError("PLACE_UNUSABLE", `${path} cannot be read or written (${error.code})`, { cause: error });
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";

/** Makes the names in it durable. */
function syncFolder(path: string): void {
  // Windows opens no folders, and keeps their names by itself.
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
