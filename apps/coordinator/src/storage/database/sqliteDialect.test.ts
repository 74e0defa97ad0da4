/** The database with its thread: what is acknowledged is there, alone, together and in transactions. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Database, openDatabase } from "./openDatabase.ts";

async function freshFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "duet-sqlite-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "duet.db");
}

const note = (database: Pick<Database, "insertInto">, name: string) =>
  database.insertInto("about").values({ name, value: "x" }).execute();
const names = async (database: Database) =>
  (await database.selectFrom("about").select("name").orderBy("name").execute()).map(({ name }) => name);

test("of many queries committed together those that fail change nothing, and the others are kept", async () => {
  const file = await freshFile();
  const database = await openDatabase({ file });
  const wanted = ["a", "b", "a", "c", "b", "d"];
  const outcomes = await Promise.allSettled(wanted.map((name) => note(database, name)));
  expect(outcomes.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(outcomes[2]).toMatchObject({ reason: { name: "DatabaseFault", code: "SQLITE_CONSTRAINT_PRIMARYKEY" } });
  await database.destroy();
  const again = await openDatabase({ file });
  expect(await names(again)).toEqual(["a", "b", "c", "d"]);
  await again.destroy();
});

test("what others do while a transaction is open is not part of it, and transactions take turns", async () => {
  const database = await openDatabase({ file: await freshFile() });
  const failing = (name: string) =>
    database.transaction().execute(async (transaction) => {
      await note(transaction, name);
      await new Promise(setImmediate);
      throw new Error("changed its mind");
    });
  const work = [failing("t1"), note(database, "p1"), failing("t2"), note(database, "p2"), note(database, "p3")];
  const kept = database.transaction().execute((transaction) => note(transaction, "t3"));
  const outcomes = await Promise.allSettled([...work, kept, note(database, "p4")]);
  expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([false, true, false, true, true, true, true]);
  expect(await names(database)).toEqual(["p1", "p2", "p3", "p4", "t3"]);
  await database.destroy();
});

test("a file that is no database is refused as such", async () => {
  const file = await freshFile();
  await writeFile(file, "this is no database at all, whoever wrote it".repeat(100));
  await expect(openDatabase({ file })).rejects.toMatchObject({ name: "DatabaseFault", code: "SQLITE_NOTADB" });
});
