/** All federations of this coordinator, whether they are open or not. */
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { type FederationSummary, federationSummary } from "@duet/lora-core/protocol/messages";
import type { Database } from "./database/openDatabase.ts";
import { type FederationRecord, recordFormat } from "./federationRecord.ts";
import { rowsOf } from "./journal.ts";
import type { JournalEntry } from "./journalEntry.ts";
import type { Write } from "./ownership.ts";
import { currentVersion, parseStored, parseStoredJson } from "./storedFormat.ts";

/** A federation as it was when it was last closed. */
export interface Standing {
  /** What lists say of it; null keeps it off them. */
  readonly summary: FederationSummary | null;
  readonly endedAt: number | null;
}

export interface NewFederation {
  readonly record: FederationRecord;
  readonly standing: Standing | null;
  readonly entries: readonly JournalEntry[];
  /** What it keeps; the blobs are on disk. */
  readonly artifacts: readonly (BlobRef & { readonly name: string })[];
}

export interface ListedFederation {
  readonly federationId: string;
  readonly isAwake: boolean;
  readonly summary: FederationSummary | null;
}

/** What is said of one federation is changed by who holds it: `write` is its owner's. */
export interface FederationTable {
  /** Wholly or not at all. One with a standing sleeps. */
  add(federation: NewFederation): Promise<void>;
  /** Null when there is none. @throws {StoredFormatError} when it is of another version. */
  find(federationId: string): Promise<{ readonly record: FederationRecord; readonly isAwake: boolean } | null>;
  /** What the organiser has changed. */
  update(record: FederationRecord, write: Write): Promise<void>;
  /** Rewrites what an earlier version stored, so that nothing of it stays that is not stored any more. What cannot be read is left. */
  renew(): Promise<void>;
  count(): Promise<number>;
  /** Newest first. The summary of one that is awake is old; it is null of one that is not listed. */
  list(): Promise<readonly ListedFederation[]>;
  /** Those that were open when the coordinator ended, or never closed. */
  awake(): Promise<readonly string[]>;
  /** From now on it may change. */
  wake(federationId: string, write: Write): Promise<void>;
  /** Nothing of it changes until it is woken. */
  sleep(federationId: string, standing: Standing, write: Write): Promise<void>;
  /** Those that sleep and ended before that instant. */
  endedBefore(instant: number): Promise<readonly string[]>;
  /** With its events and the names of what it keeps. */
  delete(federationId: string, write: Write): Promise<void>;
}

/** SQLite takes so many values in one statement, whatever the table. */
const ROWS_AT_ONCE = 500;

export function openFederationTable(database: Database): FederationTable {
  const columnsOf = ({ summary, endedAt }: Standing) => ({ standing: JSON.stringify(summary), ended_at: endedAt, awake: 0 });
  return {
    async add({ record, standing, entries, artifacts }) {
      const { federationId, createdAt } = record;
      const row = {
        id: federationId,
        created_at: createdAt,
        version: currentVersion(recordFormat),
        record: JSON.stringify(record),
      };
      const state = standing ? columnsOf(standing) : { standing: null, ended_at: null, awake: 1 };
      const names = artifacts.map(({ name, sha256, bytes }) => ({ federation_id: federationId, name, sha256, bytes }));
      await database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto("federations")
          .values({ ...row, ...state })
          .execute();
        for (const rows of chunks(rowsOf(federationId, entries, 1)))
          await transaction.insertInto("events").values(rows).execute();
        for (const rows of chunks(names)) await transaction.insertInto("artifacts").values(rows).execute();
      });
    },
    async find(federationId) {
      const row = await database
        .selectFrom("federations")
        .select(["version", "record", "awake"])
        .where("id", "=", federationId)
        .executeTakeFirst();
      if (!row) return null;
      return { record: recordOf(row.version, row.record), isAwake: row.awake === 1 };
    },
    async update(record, write) {
      const columns = { version: currentVersion(recordFormat), record: JSON.stringify(record) };
      await write((allowed) => allowed.updateTable("federations").set(columns).where("id", "=", record.federationId).execute());
    },
    async renew() {
      const rows = await database
        .selectFrom("federations")
        .select(["id", "version", "record"])
        .where("version", "<", currentVersion(recordFormat))
        .execute();
      for (const { id, version, record } of rows) {
        const renewed = recordOrNull(version, record);
        if (renewed === null) continue;
        const columns = { version: currentVersion(recordFormat), record: JSON.stringify(renewed), standing: null };
        await database.updateTable("federations").set(columns).where("id", "=", id).execute();
      }
    },
    async count() {
      const { count } = await database
        .selectFrom("federations")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      return count;
    },
    async list() {
      const rows = await database
        .selectFrom("federations")
        .select(["id", "standing", "awake"])
        .orderBy("created_at", "desc")
        .orderBy("id")
        .execute();
      return rows.map(({ id, standing, awake }) => {
        const summary = standing === null ? null : federationSummary.safeParse(JSON.parse(standing));
        return { federationId: id, isAwake: awake === 1, summary: summary?.data ?? null };
      });
    },
    async awake() {
      const rows = await database.selectFrom("federations").select("id").where("awake", "=", 1).orderBy("created_at").execute();
      return rows.map(({ id }) => id);
    },
    async wake(federationId, write) {
      await write((allowed) => allowed.updateTable("federations").set({ awake: 1 }).where("id", "=", federationId).execute());
    },
    async sleep(federationId, standing, write) {
      await write((allowed) =>
        allowed.updateTable("federations").set(columnsOf(standing)).where("id", "=", federationId).execute(),
      );
    },
    async endedBefore(instant) {
      const rows = await database
        .selectFrom("federations")
        .select("id")
        .where("awake", "=", 0)
        .where("ended_at", "<", instant)
        .execute();
      return rows.map(({ id }) => id);
    },
    async delete(federationId, write) {
      await write(async (allowed) => {
        await allowed.deleteFrom("federations").where("id", "=", federationId).execute();
        await allowed.deleteFrom("owners").where("federation_id", "=", federationId).execute();
      });
    },
  };
}

/** @throws {StoredFormatError} */
function recordOf(version: number, text: string): FederationRecord {
  const where = "its record";
  return parseStored(recordFormat, { version, value: parseStoredJson(text, where), where });
}

function recordOrNull(version: number, text: string): FederationRecord | null {
  try {
    return recordOf(version, text);
  } catch {
    return null;
  }
}

function* chunks<T>(rows: readonly T[]): Iterable<T[]> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) yield rows.slice(start, start + ROWS_AT_ONCE);
}
