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
  return { url: url.href, drop: () => onServer(testServer as string, `drop database ${name} with (force)`) };
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
