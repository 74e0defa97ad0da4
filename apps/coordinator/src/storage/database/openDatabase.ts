/** The one database of a coordinator: SQLite in its data folder, or a PostgreSQL server. Queries are the same for both. */
import { chmod, open } from "node:fs/promises";
import { Kysely } from "kysely";
import { migrate } from "./migrations.ts";
import { postgresDialect } from "./postgresDialect.ts";
import { sqliteDialect } from "./sqliteDialect.ts";
import type { Tables } from "./tables.ts";

export type Database = Kysely<Tables>;

/** A file, or the address of a server as postgres://user:password@host/name. */
export type DatabaseAddress = { readonly file: string } | { readonly url: string };

/**
 * Opens it and brings its tables up to this version.
 * @throws {StoredFormatError} on one of a newer Duet; {DatabaseFault} when it cannot be opened.
 */
export async function openDatabase(address: DatabaseAddress): Promise<Database> {
  if ("file" in address) await makePrivate(address.file);
  const database = connectDatabase(address);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

/** One that is there, as it is: for who reads. */
export function connectDatabase(address: DatabaseAddress): Database {
  return new Kysely<Tables>({ dialect: "file" in address ? sqliteDialect(address.file) : postgresDialect(address.url) });
}

/** What SQLite writes beside the file gets the file's rights. */
async function makePrivate(file: string): Promise<void> {
  await (await open(file, "a", 0o600)).close();
  await chmod(file, 0o600);
}
