/** Whether the coordinator can do its work now: for a load balancer, and for whoever looks why it does not. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import type { Clock } from "../ports/clock.ts";
import { createId } from "../ports/secrets.ts";
import type { Database } from "../storage/database/openDatabase.ts";
import { PRIVATE_FILE } from "../storage/files.ts";

/** By what is looked at: "ok", or one sentence. */
export type Readiness = Readonly<Record<"disk" | "database" | "federations", string>>;

export interface ReadinessParts {
  readonly dataDir: string;
  readonly database: Database;
  /** Federations that are stored and cannot be opened. */
  readonly unreadable: () => number;
  readonly clock: Clock;
}

/** Anybody may ask, so the disk is asked no more often than this. */
const FRESH_MS = 2_000;
const DEADLINE_MS = 5_000;

/** Never rejects. */
export function createReadiness({ dataDir, database, unreadable, clock }: ReadinessParts): () => Promise<Readiness> {
  let newest: { readonly at: number; readonly readiness: Promise<Readiness> } | null = null;

  async function look(): Promise<Readiness> {
    const [disk, connection] = await Promise.all([
      outcome(() => probe(dataDir), "The data folder cannot be written"),
      outcome(() => sql`select 1`.execute(database), "The database does not answer"),
    ]);
    const lost = unreadable();
    const federations =
      lost === 0 ? "ok" : `${lost} stored federations cannot be opened: "npm run repair" says what can be saved`;
    return { disk, database: connection, federations };
  }

  return () => {
    const now = clock.now();
    if (newest === null || now >= newest.at + FRESH_MS) newest = { at: now, readiness: look() };
    return newest.readiness;
  };
}

export const isReady = (readiness: Readiness): boolean => Object.values(readiness).every((found) => found === "ok");

/** A disk can be full, or mounted read-only, and still be read. */
async function probe(dataDir: string): Promise<void> {
  const path = join(dataDir, `ready-${createId()}.tmp`);
  try {
    await writeFile(path, "ready\n", { mode: PRIVATE_FILE, flush: true });
  } finally {
    await rm(path, { force: true });
  }
}

async function outcome(work: () => Promise<unknown>, fault: string): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  });
  try {
    await Promise.race([work(), late]);
    return "ok";
  } catch (error) {
    return `${fault} (${reasonOf(error)})`;
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
}
