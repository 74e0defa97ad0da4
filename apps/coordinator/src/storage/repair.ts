/**
 * What is wrong with stored federations, and what can be saved of them. Mending deletes nothing: rows and blobs that are in the way are
 * set aside first, in a folder of the data folder.
 */
import { appendFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { type BlobStore, DamagedBlobError } from "./blobStore.ts";
import type { Database } from "./database/openDatabase.ts";
import { openFederationTable } from "./federationTable.ts";
import { ensureFolder, PRIVATE_FILE } from "./files.ts";
import { parseRow } from "./journal.ts";
import { StoredFormatError } from "./storedFormat.ts";

export interface Finding {
  readonly federationId: string;
  /** What is wrong, as a sentence. */
  readonly problem: string;
  /** What mending does, as a sentence; null where only a back-up helps. */
  readonly remedy: string | null;
  mend(aside: SetAside): Promise<void>;
}

export interface SetAside {
  /** Keeps rows that are about to be deleted. */
  rows(table: string, rows: readonly object[]): Promise<void>;
  /** Moves blobs away: one of a space, or all of it. */
  blob(space: string, sha256?: string): Promise<void>;
}

export interface Examined {
  readonly federations: number;
  readonly blobs: number;
  readonly findings: readonly Finding[];
}

/** A folder for what is set aside, made with the first thing. */
export function setAsideIn(dataDir: string, name: string): SetAside {
  const folder = join(dataDir, name);
  return {
    async rows(table, rows) {
      if (rows.length === 0) return;
      await ensureFolder(folder);
      const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
      await appendFile(join(folder, `${table}.jsonl`), lines, { mode: PRIVATE_FILE, flush: true });
    },
    async blob(space, sha256) {
      const target = join(folder, "blobs", ...(sha256 === undefined ? [] : [space]));
      await ensureFolder(target);
      const from = join(dataDir, "blobs", space, sha256 ?? "");
      await rename(from, join(target, sha256 ?? space)).catch(ignoreMissing);
    },
  };
}

/** Reads everything that is stored; changes nothing. */
export async function examine(database: Database, blobs: BlobStore): Promise<Examined> {
  const rows = await database.selectFrom("federations").select("id").orderBy("created_at").execute();
  const findings: Finding[] = [];
  let count = 0;
  for (const { id } of rows) {
    const examined = await examineFederation(database, blobs, id);
    findings.push(...examined.findings);
    count += examined.blobs;
  }
  const known = new Set(rows.map(({ id }) => id));
  for (const space of await blobs.spaces()) {
    if (!known.has(space)) findings.push(orphaned(space, (await blobs.list(space)).length));
  }
  return { federations: rows.length, blobs: count, findings };
}

async function examineFederation(database: Database, blobs: BlobStore, id: string) {
  const findings: Finding[] = [];
  const recordProblem = await openFederationTable(database)
    .find(id)
    .then(() => null, problemOf);
  if (recordProblem !== null) findings.push({ federationId: id, problem: recordProblem, remedy: null, mend: async () => {} });

  const events = await database.selectFrom("events").selectAll().where("federation_id", "=", id).orderBy("seq").execute();
  const artifacts = await database.selectFrom("artifacts").selectAll().where("federation_id", "=", id).execute();
  const aggregations: { seq: number; round: number }[] = [];
  let firstBad: { seq: number; problem: string } | null = null;
  for (const [index, row] of events.entries()) {
    const parsed = row.seq === index + 1 ? attempt(() => parseRow(row)) : `event ${index + 1} of its journal is missing`;
    if (typeof parsed === "string") {
      firstBad = { seq: index + 1, problem: parsed };
      break;
    }
    if (parsed.event.type === "aggregated") aggregations.push({ seq: row.seq, round: parsed.event.round });
  }

  const damaged = new Map<string, string>();
  for (const { name, sha256, bytes } of artifacts) {
    const problem = await blobs.file(id, { sha256, bytes }).then(
      () => null,
      (error) => {
        if (error instanceof DamagedBlobError) return error.message;
        throw error;
      },
    );
    if (problem !== null) damaged.set(name, problem);
  }
  const isWhole = (name: string) => artifacts.some((row) => row.name === name) && !damaged.has(name);
  const hasModel = ({ round }: { round: number }) => isWhole(`adapter/${round}`) && isWhole(`memory/${round}`);

  const cutJournal = (seq: number) => async (aside: SetAside) => {
    const query = database.selectFrom("events").selectAll().where("federation_id", "=", id).where("seq", ">=", seq);
    await aside.rows("events", await query.execute());
    await database.deleteFrom("events").where("federation_id", "=", id).where("seq", ">=", seq).execute();
    await database.updateTable("federations").set({ awake: 1, standing: null, ended_at: null }).where("id", "=", id).execute();
  };
  if (firstBad) {
    const remedy = `its journal is cut before event ${firstBad.seq}; ${events.length - firstBad.seq + 1} later entries are set aside`;
    findings.push({ federationId: id, problem: firstBad.problem, remedy, mend: cutJournal(firstBad.seq) });
  }
  const newest = aggregations.at(-1);
  if (newest && !hasModel(newest)) {
    const whole = aggregations.findLastIndex(hasModel);
    const cut = aggregations[whole + 1] ?? newest;
    findings.push({
      federationId: id,
      problem: `the shared adapter of round ${newest.round} cannot be used`,
      remedy: `it goes back to before the aggregation of round ${cut.round}, whose clients are asked for their adapters again`,
      mend: cutJournal(cut.seq),
    });
  }
  for (const [name, problem] of damaged) {
    findings.push({
      federationId: id,
      problem: `${name} ${problem}`,
      remedy: name === "adapter/initial" ? null : "it is forgotten; what is needed of it is asked for again",
      async mend(aside) {
        const row = artifacts.find((artifact) => artifact.name === name);
        if (!row || name === "adapter/initial") return;
        await aside.rows("artifacts", [row]);
        await aside.blob(id, row.sha256);
        await database.deleteFrom("artifacts").where("federation_id", "=", id).where("name", "=", name).execute();
      },
    });
  }
  return { findings, blobs: artifacts.length };
}

function orphaned(space: string, count: number): Finding {
  return {
    federationId: space,
    problem: `${count} adapters are here, but the database has no such federation`,
    remedy: "they are set aside; bring the database back from a back-up to have the federation again",
    mend: (aside) => aside.blob(space),
  };
}

/** The value, or what is wrong with it. */
function attempt<T extends object>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    return problemOf(error);
  }
}

/** @throws every other error. */
function problemOf(error: unknown): string {
  if (error instanceof StoredFormatError) return error.message;
  throw error;
}

/** @throws every other error. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
