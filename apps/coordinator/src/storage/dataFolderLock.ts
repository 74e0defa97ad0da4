/**
 * One data folder, one coordinator: two would append to the same journals, and what the one confirms is lost to the other. The lock
 * is the operating system's, so it ends with its process, however that ends (docs/adr/0020-lock-of-a-data-folder.md).
 */
import { type FileHandle, open } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const LOCK_FILE = "coordinator.lock";
/** The locked byte lies beyond what is written: on Windows nobody else can read what is locked. */
const LOCKED_BYTE = 2 ** 40;

const holder = z.object({ pid: z.number(), host: z.string(), since: z.string(), url: z.string().nullable() });
type Holder = z.output<typeof holder>;

export interface DataFolderLock {
  /** Tells who is refused the folder where this coordinator can be found. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

/** Another coordinator has the data folder; the message says which one, and what to do. */
export class DataFolderInUseError extends Error {
  override readonly name = "DataFolderInUseError";
}

/** Takes the lock of a folder that is there. @throws {DataFolderInUseError} while a living process has it. */
export async function lockDataFolder(dataDir: string): Promise<DataFolderLock> {
  const { tryLock } = await loadLocks();
  const file = await open(join(dataDir, LOCK_FILE), "a+", 0o600);
  if (!tryLock(file.fd, LOCKED_BYTE, 1)) {
    const other = await readHolder(file);
    await file.close();
    throw new DataFolderInUseError(
      `The data folder "${dataDir}" is in use by ${describe(other)}. Go on with that one, stop it first, or choose another folder with --data.`,
    );
  }
  const self = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  await writeHolder(file, { ...self, url: null });
  return {
    announce: (url) => writeHolder(file, { ...self, url }),
    async release() {
      await file.truncate(0);
      await file.close();
    },
  };
}

/** @throws {Error} where there are no locks for this platform. */
async function loadLocks() {
  try {
    return await import("fs-native-extensions");
  } catch (cause) {
    throw new Error(
      `Duet cannot lock its data folder on this platform (${process.platform}, ${process.arch}). On Linux it needs glibc: use a Debian image in place of Alpine.`,
      { cause },
    );
  }
}

/** What has been written by the one who has the lock; null while that is still nothing. */
async function readHolder(file: FileHandle): Promise<Holder | null> {
  try {
    return holder.parse(JSON.parse(await file.readFile("utf8")));
  } catch {
    return null;
  }
}

async function writeHolder(file: FileHandle, content: Holder): Promise<void> {
  await file.truncate(0);
  await file.write(`${JSON.stringify(content)}\n`);
}

function describe(other: Holder | null): string {
  if (!other) return "another coordinator, which is just starting";
  const where = other.host === hostname() ? "" : ` on ${other.host}`;
  return `the coordinator${other.url === null ? "" : ` at ${other.url}`}, process ${other.pid}${where}, running since ${other.since}`;
}
