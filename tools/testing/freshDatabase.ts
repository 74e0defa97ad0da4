/** An empty database of the server that a project "postgres…" started. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the server. */
    postgres?: string;
  }
}

/** Address of the server; undefined where tests run on SQLite. */
export const testServer = inject("postgres");

export interface FreshDatabase {
  /** Null for SQLite, which makes its own in the data folder. */
  readonly url: string | null;
  drop(): Promise<void>;
}

export async function createFreshDatabase(): Promise<FreshDatabase> {
  if (testServer === undefined) return { url: null, drop: async () => undefined };
  const name = `duet_${randomBytes(8).toString("hex")}`;
  await onServer(testServer, `create database ${name}`);
  const url = new URL(testServer);
  url.pathname = name;
  return { url: url.href, drop: async () => void (await onServer(testServer as string, `drop database ${name} with (force)`)) };
}

/** Every row of every table as JSON, bytes in hexadecimal digits. */
export async function databaseRows(url: string): Promise<Buffer[]> {
  const tables = await onServer(url, "select table_name as name from information_schema.tables where table_schema = 'public'");
  const rows: Buffer[] = [];
  for (const { name } of tables) {
    const found = await onServer(url, `select row_to_json(one)::text as text from ${pg.escapeIdentifier(String(name))} one`);
    rows.push(...found.map(({ text }) => Buffer.from(String(text))));
  }
  return rows;
}

async function onServer(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
