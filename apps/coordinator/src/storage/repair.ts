/**
 * What is wrong with stored federations, and what can be saved of them. Mending deletes nothing: rows and blobs that are in the way are
 * set aside first, in a folder of the data folder.
 */
import { appendFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Selectable } from "kysely";
import { type BlobStore, DamagedBlobError } from "./blobStore.ts";
import type { Database } from "./database/openDatabase.ts";
import type { Tables } from "./database/tables.ts";
import { INITIAL_ADAPTER } from "./federationStore.ts";
import { openFederationTable } from "./federationTable.ts";
import { ensureFolder, PRIVATE_FILE } from "./files.ts";
import { parseRow } from "./journal.ts";
import { StoredFormatError } from "./storedFormat.ts";

type EventRow = Selectable<Tables["events"]>;
type ArtifactRow = Selectable<Tables["artifacts"]>;

export interface Finding {
  readonly federationId: string;
  /** What is wrong, as a sentence. */
  readonly problem: string;
  /** What mending does, or else what to do; as a sentence. */
  readonly remedy: string;
  /** Null where that is not for this program. */
  readonly mend: ((aside: SetAside) => Promise<void>) | null;
}

const ONLY_BACK_UP = "only a back-up helps";

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
  const events = await database.selectFrom("events").selectAll().where("federation_id", "=", id).orderBy("seq").execute();
  const artifacts = await database.selectFrom("artifacts").selectAll().where("federation_id", "=", id).execute();
  const { aggregations, firstBad } = readEvents(events);
  const record = await recordFault(database, id);
  // Of what a newer Duet wrote nothing is known to be wrong, nor of what stands beside it.
  const newer = [record, firstBad].flatMap((fault) => (fault?.isNewer ? [untouched(id, fault.problem)] : []));
  if (newer.length > 0) return { findings: newer, blobs: artifacts.length };
  const damaged = await damagedOf(blobs, id, artifacts);
  const whole = new Set(artifacts.flatMap(({ name }) => (damaged.has(name) ? [] : [name])));
  const findings = [
    record && { federationId: id, problem: record.problem, remedy: ONLY_BACK_UP, mend: null },
    firstBad && badEvent(database, id, firstBad, events.length),
    lostModel(database, id, aggregations, whole),
    ...artifacts.map((artifact) => damagedArtifact(database, artifact, damaged.get(artifact.name))),
  ];
  return { findings: findings.filter((finding) => finding !== null), blobs: artifacts.length };
}

/** Why something cannot be read. */
interface Fault {
  readonly problem: string;
  /** A newer Duet wrote it. */
  readonly isNewer: boolean;
}

interface BadEvent extends Fault {
  readonly seq: number;
}

interface Aggregation {
  readonly seq: number;
  readonly round: number;
}

/** The aggregations up to the first event that cannot be read, and that one. */
function readEvents(rows: readonly EventRow[]): { aggregations: readonly Aggregation[]; firstBad: BadEvent | null } {
  const aggregations: Aggregation[] = [];
  for (const [index, row] of rows.entries()) {
    const missing = { problem: `event ${index + 1} of its journal is missing`, isNewer: false };
    const parsed = row.seq === index + 1 ? attempt(() => parseRow(row)) : missing;
    if ("problem" in parsed) return { aggregations, firstBad: { seq: index + 1, ...parsed } };
    if (parsed.event.type === "aggregated") aggregations.push({ seq: row.seq, round: parsed.event.round });
  }
  return { aggregations, firstBad: null };
}

/** What is wrong with blobs, by the name of what they are kept as. */
async function damagedOf(blobs: BlobStore, id: string, artifacts: readonly ArtifactRow[]): Promise<ReadonlyMap<string, string>> {
  const damaged = new Map<string, string>();
  for (const { name, ...blob } of artifacts) {
    await blobs.file(id, blob).catch((error) => {
      if (!(error instanceof DamagedBlobError)) throw error;
      damaged.set(name, error.message);
    });
  }
  return damaged;
}

/** Null where what is on record of it can be read. */
async function recordFault(database: Database, federationId: string): Promise<Fault | null> {
  return openFederationTable(database)
    .find(federationId)
    .then(() => null, faultOf);
}

function untouched(federationId: string, problem: string): Finding {
  return { federationId, problem, remedy: "this version changes nothing of it", mend: null };
}

function badEvent(database: Database, federationId: string, { seq, problem }: BadEvent, count: number): Finding {
  const remedy = `its journal is cut before event ${seq}; ${count - seq + 1} later entries are set aside`;
  return { federationId, problem, remedy, mend: (aside) => cutJournal(database, federationId, seq, aside) };
}

/** The newest shared adapter is not whole: what led to the first one after the last whole one is undone. */
function lostModel(
  database: Database,
  federationId: string,
  aggregations: readonly Aggregation[],
  whole: ReadonlySet<string>,
): Finding | null {
  const hasModel = ({ round }: Aggregation) => whole.has(`adapter/${round}`) && whole.has(`memory/${round}`);
  const newest = aggregations.at(-1);
  if (!newest || hasModel(newest)) return null;
  const cut = aggregations[aggregations.findLastIndex(hasModel) + 1] ?? newest;
  return {
    federationId,
    problem: `the shared adapter of round ${newest.round} cannot be used`,
    remedy: `it goes back to before the aggregation of round ${cut.round}, whose clients are asked for their adapters again`,
    mend: (aside) => cutJournal(database, federationId, cut.seq, aside),
  };
}

function damagedArtifact(database: Database, row: ArtifactRow, problem: string | undefined): Finding | null {
  if (problem === undefined) return null;
  const { federation_id: federationId, name, sha256 } = row;
  const isNeeded = name === INITIAL_ADAPTER;
  return {
    federationId,
    problem: `${name} ${problem}`,
    ...(isNeeded
      ? { remedy: ONLY_BACK_UP, mend: null }
      : { remedy: "it is forgotten; what is needed of it is asked for again", mend }),
  };

  async function mend(aside: SetAside): Promise<void> {
    await aside.rows("artifacts", [row]);
    await aside.blob(federationId, sha256);
    await database.deleteFrom("artifacts").where("federation_id", "=", federationId).where("name", "=", name).execute();
  }
}

/** From that event on; the federation is opened again at the next start. */
async function cutJournal(database: Database, id: string, seq: number, aside: SetAside): Promise<void> {
  const query = database.selectFrom("events").selectAll().where("federation_id", "=", id).where("seq", ">=", seq);
  await aside.rows("events", await query.execute());
  await database.deleteFrom("events").where("federation_id", "=", id).where("seq", ">=", seq).execute();
  await database.updateTable("federations").set({ awake: 1, standing: null, ended_at: null }).where("id", "=", id).execute();
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
function attempt<T extends object>(read: () => T): T | Fault {
  try {
    return read();
  } catch (error) {
    return faultOf(error);
  }
}

/** @throws every other error. */
function faultOf(error: unknown): Fault {
  if (error instanceof StoredFormatError) return { problem: error.message, isNewer: error.told[0] === "newerFormat" };
  throw error;
}

/** @throws every other error. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
