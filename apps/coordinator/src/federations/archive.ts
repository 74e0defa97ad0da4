/** Federations that ended long ago become one file each, archive/<id>.tar in the data folder, and are deleted then. */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Logger } from "pino";
import type { Cancel, Clock } from "../ports/clock.ts";
import { ensureFolder, PRIVATE_FILE, syncFolder } from "../storage/files.ts";
import type { Storage } from "../storage/openStorage.ts";

export interface ArchiveParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Null archives nothing. */
  readonly afterDays: number | null;
  /** The federation as a tar file. */
  readonly exported: (federationId: string) => Promise<Readable>;
  readonly remove: (federationId: string) => Promise<void>;
}

const DAY_MS = 24 * 3600 * 1000;
const LOOK_MS = 3600 * 1000;

/** Looks now and then until it is closed. */
export function createArchive(parts: ArchiveParts): { close(): Promise<void> } {
  const { storage, clock, logger, afterDays } = parts;
  let cancel: Cancel = () => {};
  let isClosed = false;
  let looking = Promise.resolve();
  const look = async (days: number) => {
    for (const federationId of await storage.federations.endedBefore(clock.now() - days * DAY_MS)) {
      if (isClosed) return;
      await archive(parts, federationId).catch((error) =>
        logger.error({ federation: federationId, error: String(error) }, "This federation could not be archived"),
      );
    }
  };
  const lookNow = () => {
    if (afterDays === null || isClosed) return;
    looking = look(afterDays).catch((error) => logger.error({ error: String(error) }, "Nothing could be archived"));
    cancel = clock.at(clock.now() + LOOK_MS, lookNow);
  };
  lookNow();
  return {
    async close() {
      isClosed = true;
      cancel();
      await looking;
    },
  };
}

/** The file is on disk before anything is deleted. */
async function archive({ storage, logger, exported, remove }: ArchiveParts, federationId: string): Promise<void> {
  const folder = join(storage.dataDir, "archive");
  await ensureFolder(folder);
  const path = join(folder, `${federationId}.tar`);
  try {
    const file = createWriteStream(`${path}.tmp`, { mode: PRIVATE_FILE, flush: true });
    await pipeline(await exported(federationId), file);
    await rename(`${path}.tmp`, path);
  } catch (error) {
    await rm(`${path}.tmp`, { force: true });
    throw error;
  }
  await syncFolder(folder);
  await remove(federationId);
  logger.info({ federation: federationId, path }, "An ended federation was archived");
}
