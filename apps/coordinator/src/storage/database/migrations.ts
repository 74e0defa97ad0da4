/** How the tables came to be, step by step. A step that was released is never changed: append another one. */
import { type Kysely, type Migration, Migrator, sql } from "kysely";
import { StoredFormatError } from "../storedFormat.ts";
import type { Tables } from "./tables.ts";

const migrations: Readonly<Record<string, Migration>> = {
  "001-federations": {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("about")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("value", "text", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("federations")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("created_at", "bigint", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("record", "text", (column) => column.notNull())
        .addColumn("standing", "text")
        .addColumn("awake", "integer", (column) => column.notNull().defaultTo(1))
        .addColumn("ended_at", "bigint")
        .execute();
      await db.schema
        .createTable("events")
        .addColumn("federation_id", "text", (column) => column.notNull().references("federations.id").onDelete("cascade"))
        .addColumn("seq", "integer", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("event", "text", (column) => column.notNull())
        .addColumn("resume_hash", "text")
        .addPrimaryKeyConstraint("events_key", ["federation_id", "seq"])
        .execute();
      await db.schema
        .createTable("artifacts")
        .addColumn("federation_id", "text", (column) => column.notNull().references("federations.id").onDelete("cascade"))
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("sha256", "text", (column) => column.notNull())
        .addColumn("bytes", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("artifacts_key", ["federation_id", "name"])
        .execute();
    },
  },
  "002-promises": {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("admissions")
        .addColumn("federation_id", "text", (column) => column.notNull().references("federations.id").onDelete("cascade"))
        .addColumn("resume_hash", "text", (column) => column.notNull())
        .addColumn("waiting_id", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("asked_at", "bigint", (column) => column.notNull())
        .addColumn("is_admitted", "integer", (column) => column.notNull())
        .addColumn("until", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("admissions_key", ["federation_id", "resume_hash"])
        .execute();
      await db.schema
        .createTable("ended_sessions")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("until", "bigint", (column) => column.notNull())
        .execute();
    },
  },
  "003-nodes": {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("nodes")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("url", "text", (column) => column.notNull())
        .addColumn("until", "bigint", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("owners")
        .addColumn("federation_id", "text", (column) => column.primaryKey())
        .addColumn("node", "text")
        .addColumn("fence", "integer", (column) => column.notNull())
        .execute();
      await db.schema
        .alterTable("artifacts")
        .addColumn("fence", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
};

/** Brings a database up to this version; each step wholly or not at all. @throws {StoredFormatError} on one of a newer Duet. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const newer = (await migratedSteps(db)).find((name) => !(name in migrations));
  if (newer !== undefined) {
    throw new StoredFormatError(["newerDatabase", newer]);
  }
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function migratedSteps(db: Kysely<Tables>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === "kysely_migration")) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  return rows.map(({ name }) => name);
}
