/** The database that tests of a whole coordinator run on: SQLite in its data folder, or in the project "postgres" a new one of its server. */
import { onTestFinished } from "vitest";
import { createFreshDatabase } from "../../../../tools/testing/freshDatabase.ts";
import { type Database, openDatabase } from "../../src/storage/database/openDatabase.ts";
import { databaseAddress } from "../../src/storage/openStorage.ts";

/** Makes an empty database, dropped when the test ends; null for SQLite, which makes its own. */
export async function freshDatabase(): Promise<string | null> {
  const { url, drop } = await createFreshDatabase();
  onTestFinished(drop);
  return url;
}

/** Looks into a coordinator's database from outside, or alters it, whether it runs or not. */
export async function inDatabase<T>(
  { dataDir, databaseUrl }: { readonly dataDir: string; readonly databaseUrl: string | null },
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(databaseAddress(dataDir, databaseUrl));
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}
