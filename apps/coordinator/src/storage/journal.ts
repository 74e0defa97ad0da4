/**
 * The events of one federation, numbered from 1, appended, and changed for nothing but what a client takes back. What is in it happened;
 * what is not did not.
 */
import type { Database } from "./database/openDatabase.ts";
import { type JournalEntry, journalFormat } from "./journalEntry.ts";
import type { Write } from "./ownership.ts";
import { currentVersion, parseStored, parseStoredJson, StoredFormatError } from "./storedFormat.ts";

export interface Journal {
  /**
   * Durable entries are on disk, all of them, when this resolves; others are written with the next durable ones, or at the end.
   * @throws a system error; the journal is as it was before then.
   */
  append(entries: readonly JournalEntry[], options: { readonly durable: boolean }): Promise<void>;
  /** Changes what is on disk, all of it or nothing: for what has to be forgotten. `change` gives back the very entry that stays as it is. */
  rewrite(change: (entry: JournalEntry) => JournalEntry): Promise<void>;
  /** Writes what was not waited for. */
  close(): Promise<void>;
}

/**
 * Returns what is in it too. `write`: of who holds the federation.
 * @throws {StoredFormatError} when an entry is missing, is none, or is one of a newer version.
 */
export async function openJournal(
  database: Database,
  federationId: string,
  write: Write,
): Promise<{ journal: Journal; entries: readonly JournalEntry[] }> {
  const entries = await readJournal(database, federationId);
  return { journal: journalAfter(write, federationId, entries.length), entries };
}

/** What is in it. @throws {StoredFormatError} as {@link openJournal} */
export async function readJournal(database: Database, federationId: string): Promise<readonly JournalEntry[]> {
  const rows = await database
    .selectFrom("events")
    .select(["seq", "version", "event", "resume_hash"])
    .where("federation_id", "=", federationId)
    .orderBy("seq")
    .execute();
  return rows.map((row, index) => {
    if (row.seq !== index + 1) throw new StoredFormatError(["eventMissing", index + 1]);
    return parseRow(row);
  });
}

/** One stored event. @throws {StoredFormatError} */
export function parseRow(row: { seq: number; version: number; event: string; resume_hash: string | null }): JournalEntry {
  const where = `event ${row.seq} of its journal`;
  const value = {
    event: parseStoredJson(row.event, where),
    ...(row.resume_hash === null ? {} : { resumeHash: row.resume_hash }),
  };
  return parseStored(journalFormat, { version: row.version, value, where });
}

/** Entries as rows, numbered from `first` on. */
export function rowsOf(federationId: string, entries: readonly JournalEntry[], first: number) {
  return entries.map(({ event, resumeHash }, index) => ({
    federation_id: federationId,
    seq: first + index,
    version: currentVersion(journalFormat),
    event: JSON.stringify(event),
    resume_hash: resumeHash ?? null,
  }));
}

function journalAfter(allowed: Write, federationId: string, initialLength: number): Journal {
  let length = initialLength;
  let unwritten: readonly JournalEntry[] = [];
  /** Events of a write that failed: with a server it may have arrived all the same, and nobody was told of it. */
  let doubtful: readonly string[] = [];

  async function write(entries: readonly JournalEntry[]): Promise<void> {
    const rows = rowsOf(federationId, entries, length + 1);
    if (doubtful.length > 0) await forgetDoubtful();
    doubtful = rows.map(({ event }) => event);
    // Another coordinator's event would have the same number, so that two are never both told that theirs is kept.
    await allowed((database) => database.insertInto("events").values(rows).execute());
    doubtful = [];
    length += rows.length;
    unwritten = [];
  }

  async function forgetDoubtful(): Promise<void> {
    await allowed((database) =>
      database
        .deleteFrom("events")
        .where("federation_id", "=", federationId)
        .where("seq", ">", length)
        .where("event", "in", doubtful)
        .execute(),
    );
    doubtful = [];
  }

  return {
    async append(entries, { durable }) {
      const all = [...unwritten, ...entries];
      if (durable) await write(all);
      else unwritten = all;
    },
    rewrite: (change) =>
      allowed((database) =>
        database.isTransaction
          ? rewrite(database, federationId, change)
          : database.transaction().execute((transaction) => rewrite(transaction, federationId, change)),
      ),
    async close() {
      if (unwritten.length > 0) await write(unwritten);
    },
  };
}

async function rewrite(
  transaction: Database,
  federationId: string,
  change: (entry: JournalEntry) => JournalEntry,
): Promise<void> {
  const rows = await transaction
    .selectFrom("events")
    .select(["seq", "version", "event", "resume_hash"])
    .where("federation_id", "=", federationId)
    .execute();
  for (const row of rows) {
    const entry = parseRow(row);
    const changed = change(entry);
    if (changed === entry) continue;
    await transaction
      .updateTable("events")
      .set({ event: JSON.stringify(changed.event), version: currentVersion(journalFormat) })
      .where("federation_id", "=", federationId)
      .where("seq", "=", row.seq)
      .execute();
  }
}
