import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { type Database, openDatabase } from "./database/openDatabase.ts";
import { openJournal } from "./journal.ts";
import type { JournalEntry } from "./journalEntry.ts";

async function freshDatabase() {
  const folder = await mkdtemp(join(tmpdir(), "duet-journal-"));
  const database = await openDatabase({ file: join(folder, "duet.db") });
  onTestFinished(async () => {
    await database.destroy();
    await rm(folder, { recursive: true, force: true });
  });
  for (const id of ["one", "two"]) {
    await database
      .insertInto("federations")
      .values({ id, created_at: 5, version: 1, record: "{}", standing: null, ended_at: null })
      .execute();
  }
  return database;
}

const journalOf = (database: Database, id: string) => openJournal(database, id, (work) => work(database));

const first: JournalEntry = { event: { type: "started", at: 5 } };
const second: JournalEntry = { event: { type: "clientLeft", clientId: "é-2", at: 6 }, resumeHash: "ab" };
const fetched: JournalEntry = { event: { type: "fetched", clientId: "é-2", bytes: 8, at: 6 } };

test("returns what was appended, in order, for each federation by itself", async () => {
  const database = await freshDatabase();
  const { journal, entries } = await journalOf(database, "one");
  expect(entries).toEqual([]);
  await journal.append([first], { durable: true });
  await (await journalOf(database, "two")).journal.append([second], { durable: true });
  await journal.append([second], { durable: true });
  expect((await journalOf(database, "one")).entries).toEqual([first, second]);
  expect((await journalOf(database, "two")).entries).toEqual([second]);
});

test("what is not waited for is written with the next durable entry, in order, and at the end", async () => {
  const database = await freshDatabase();
  const { journal } = await journalOf(database, "one");
  await journal.append([fetched], { durable: false });
  expect((await journalOf(database, "one")).entries).toEqual([]);
  await journal.append([first], { durable: true });
  await journal.append([fetched], { durable: false });
  await journal.close();
  expect((await journalOf(database, "one")).entries).toEqual([fetched, first, fetched]);
});

test("an entry that could not be written leaves the journal as it was, also when it had arrived all the same", async () => {
  const database = await freshDatabase();
  const { journal } = await journalOf(database, "one");
  await sql`create trigger no_room before insert on events begin select raise(abort, 'no room'); end`.execute(database);
  await expect(journal.append([first], { durable: true })).rejects.toMatchObject({ name: "DatabaseFault" });
  await sql`drop trigger no_room`.execute(database);
  // As when a server had committed it and its answer was lost.
  await database
    .insertInto("events")
    .values({ federation_id: "one", seq: 1, version: 1, event: JSON.stringify(first.event), resume_hash: null })
    .execute();
  await journal.append([second], { durable: true });
  expect((await journalOf(database, "one")).entries).toEqual([second]);
});

test("of two that write the same federation only one is told that it did", async () => {
  const database = await freshDatabase();
  const [ours, theirs] = [await journalOf(database, "one"), await journalOf(database, "one")];
  await ours.journal.append([first], { durable: true });
  for (let again = 0; again < 2; again++) {
    await expect(theirs.journal.append([second], { durable: true })).rejects.toMatchObject({
      code: "SQLITE_CONSTRAINT_PRIMARYKEY",
    });
  }
  expect((await journalOf(database, "one")).entries).toEqual([first]);
});
