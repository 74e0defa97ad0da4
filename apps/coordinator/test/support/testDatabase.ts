/** The database that tests of a whole coordinator run on: SQLite in its data folder, or in the project "postgres" a new one of its server. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/storage/database/openDatabase.ts";
import { databaseAddress } from "../../src/storage/openStorage.ts";

/** Address of the server; undefined where tests run on SQLite. */
export const testServer = inject("postgres");

declare module "vitest" {
  interface ProvidedContext {
    postgres?: string;
  }
}

/** Makes an empty database, dropped when the test ends; null for SQLite, which makes its own. */
export async function freshDatabase(): Promise<string | null> {
  if (testServer === undefined) return null;
  const name = `duet_${randomBytes(8).toString("hex")}`;
  await onServer(testServer, `create database ${name}`);
  onTestFinished(() => onServer(testServer as string, `drop database ${name} with (force)`));
  const url = new URL(testServer);
  url.pathname = name;
  return url.href;
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

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
