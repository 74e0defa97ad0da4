import { cp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { readSafetensors, writeSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testServer } from "../../../tools/testing/freshDatabase.ts";
import type { Database } from "../src/storage/database/openDatabase.ts";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, layout, listed, testMetrics } from "./support/federations.ts";
import { createShiftableClock } from "./support/shiftableClock.ts";
import { keepAsFixture, type StoredFederations, storeFederations } from "./support/storedFederations.ts";
import { connectClient } from "./support/testClient.ts";
import { inDatabase } from "./support/testDatabase.ts";

const FIXTURES = "apps/coordinator/test/fixtures";

/** The first one's federations are folders, which are imported; the others have a SQLite database. */
const FOLDERS = "data-format-1";

/**
 * Every data folder that a released Duet wrote; docs/recipes/change-a-stored-format.md says how another one is made. What is in a
 * folder's own database is opened with that database.
 */
const generations = (await readdir(FIXTURES))
  .filter((name) => name.startsWith("data-format-"))
  .filter((name) => name === FOLDERS || testServer === undefined);

/** A coordinator over a copy of the fixture, of whose running federation `alter` may change a file before. */
async function reopened(
  fixture: string,
  alter: (folder: string) => Promise<void> = async () => {},
): Promise<{ coordinator: CoordinatorUnderTest; stored: StoredFederations }> {
  const stored: StoredFederations = JSON.parse(await readFile(join(FIXTURES, fixture, "tokens.json"), "utf8"));
  // Its links are good for some months from when they were made.
  const clock = createShiftableClock();
  if (stored.storedAt !== undefined) clock.advance(stored.storedAt - clock.now());
  const coordinator = await startCoordinator({ clock }, async (dataDir) => {
    await cp(join(FIXTURES, fixture), dataDir, { recursive: true });
    await alter(join(dataDir, "federations", stored.running.federationId));
  });
  return { coordinator, stored };
}

test.each(generations)("%s opens: what was over is there, what was running runs to its end", async (fixture) => {
  const { coordinator, stored } = await reopened(fixture);
  const watcher = await connectClient(coordinator.url);
  // Nobody asked their organisers whether they want to be listed.
  expect(await watcher.call("federation:list", {})).toEqual({ federations: [], unreadable: 0 });
  const { finished } = stored;
  expect((await watcher.watch(finished.federationId, finished.watchToken)).phase).toBe("finished");
  const { federationId, watchToken: token } = stored.running;
  expect(await watcher.watch(federationId, token)).toMatchObject({
    openRound: { round: 2, attempt: 1 },
    rounds: [{ round: 1, meanLoss: 0.5, aggregationError: 0.09966 }, { round: 2 }],
    clients: [
      { name: "anna", history: [{ round: 1 }, { round: 2 }] },
      { name: "bram", history: [{ round: 1 }] },
    ],
  });

  const [, resumeToken] = stored.resumeTokens;
  const bram = await joinAs(coordinator, stored.running, "bram", { resumeToken });
  const adapter = await bram.client.fetchAdapter(2);
  const start = initialAdapter(layout, 7);
  // After round 1 everyone starts from theta0 minus the mean of 0.2 and 0.4.
  for (const [key, { data }] of decodeAdapter(adapter as Uint8Array, layout)) {
    expect(data[0]).toBeCloseTo((start.get(key)?.data[0] ?? 0) - 0.3, 5);
  }
  await bram.client.submit({ round: 2, adapter: constantAdapter(0.5), metrics: testMetrics() });
  const ended = await watcher.until(({ openRound }) => openRound?.round === 3, "the fusing round");
  expect(ended.rounds[1]?.aggregated).toHaveLength(2);
});

test.runIf(testServer === undefined)("what is written now can be kept as a fixture and opens too", async () => {
  const coordinator = await startCoordinator();
  const stored = await storeFederations(coordinator);
  // Set to a folder below test/fixtures when a format changes.
  const target = process.env.DUET_KEEP_FIXTURE ?? join(coordinator.dataDir, "copy");
  await coordinator.restart(() => keepAsFixture(coordinator.dataDir, stored, target));
  const kept = { dataDir: target, databaseUrl: null };
  const versions = await inDatabase(kept, async (database) => ({
    records: await database.selectFrom("federations").select("version").distinct().execute(),
    events: await database.selectFrom("events").select("version").distinct().execute(),
  }));
  expect(versions).toEqual({ records: [{ version: 5 }], events: [{ version: 5 }] });
  const { federationId } = stored.running;
  const model = await inDatabase(kept, (database) =>
    database
      .selectFrom("artifacts")
      .select("sha256")
      .where("federation_id", "=", federationId)
      .where("name", "=", "adapter/1")
      .executeTakeFirstOrThrow(),
  );
  expect(await readFile(join(target, "blobs", federationId, model.sha256), "latin1")).toContain('"duet_format":"1"');
});

test("folders are imported once and moved aside whole, also when a crash came between", async () => {
  const { coordinator, stored } = await reopened(FOLDERS);
  const { federationId } = stored.running;
  const [source, target] = ["federations", "imported-federations"].map((name) => join(coordinator.dataDir, name));
  expect(await readdir(source as string)).toEqual([]);
  const files = async (folder: string) => (await readdir(folder, { recursive: true })).sort();
  const original = join(FIXTURES, FOLDERS, "federations", federationId);
  expect(await files(join(target as string, federationId))).toEqual(await files(original));
  const { watchToken: token } = stored.running;
  const count = async () => {
    // Who watches it has it opened, and what was under way goes on.
    const client = await connectClient(coordinator.url);
    await client.call("federation:watch", { federationId, token });
    client.socket.disconnect();
    return inDatabase(coordinator, (database) => database.selectFrom("events").selectAll().execute());
  };
  await coordinator.restart();
  const before = await count();
  // In the database, and the folder still where it was.
  await coordinator.restart(() => rename(join(target as string, federationId), join(source as string, federationId)));
  expect(await readdir(source as string)).toEqual([]);
  const restarts = (await count()).filter(
    ({ seq, federation_id }) => !before.some((e) => e.seq === seq && e.federation_id === federation_id),
  );
  expect(restarts.map(({ event }) => JSON.parse(event).type)).toEqual(["restarted"]);
});

const asText = (change: (text: string) => string) => (content: Buffer) => Buffer.from(change(content.toString("utf8")));

test.each<[string, (content: Buffer) => Uint8Array, RegExp]>([
  [
    "federation.json",
    asText((text) => text.replace('"formatVersion": 1', '"formatVersion": 99')),
    /its federation\.json was made by a newer Duet/,
  ],
  ["journal.jsonl", asText((text) => `${text}{"v":99,"event":{}}\n{"torn`), /line 7 of its journal was made by a newer Duet/],
  ["journal.jsonl", asText((text) => text.replace(/\n.*\n/, "\n{broken\n")), /line 2 of its journal is damaged/],
  [
    "adapters/1.safetensors",
    (content) => writeSafetensors(readSafetensors(content), { duet_format: "2" }),
    /adapters\/1\.safetensors was made by a newer Duet/,
  ],
  ["adapters/1.safetensors", (content) => content.subarray(0, -8), /adapters\/1\.safetensors is damaged: /],
])("a federation with another %s is left as it is, and its link says why", async (file, change, reason) => {
  let changed = Buffer.alloc(0);
  const { coordinator, stored } = await reopened(FOLDERS, async (folder) => {
    changed = Buffer.from(change(await readFile(join(folder, file))));
    await writeFile(join(folder, file), changed);
  });
  const client = await connectClient(coordinator.url);
  const { federationId, watchToken: token } = stored.running;
  const watching = client.call("federation:watch", { federationId, token });
  await expect(watching).rejects.toThrow(/^NOT_READABLE: This federation cannot be opened any more: /);
  await expect(watching).rejects.toThrow(reason);
  expect((await client.call("federation:list", {})).unreadable).toBe(1);
  const after = await readFile(join(coordinator.dataDir, "federations", federationId, file));
  expect(Buffer.compare(after, changed)).toBe(0);
});

test.each<[string, (database: Database, federationId: string) => Promise<unknown>, RegExp]>([
  [
    "a record of a newer version",
    (database, id) => database.updateTable("federations").set({ version: 99 }).where("id", "=", id).execute(),
    /its record was made by a newer Duet/,
  ],
  [
    "a record that is none",
    (database, id) => database.updateTable("federations").set({ record: "{}" }).where("id", "=", id).execute(),
    /its record was stored by another version of Duet, or it is damaged/,
  ],
  [
    "an event of a newer version",
    (database, id) =>
      database.updateTable("events").set({ version: 99 }).where("federation_id", "=", id).where("seq", "=", 3).execute(),
    /event 3 of its journal was made by a newer Duet \(it has format 99, .* up to 5\)/,
  ],
  [
    "an event that is not JSON",
    (database, id) =>
      database.updateTable("events").set({ event: "{" }).where("federation_id", "=", id).where("seq", "=", 2).execute(),
    /event 2 of its journal is damaged: it is not JSON/,
  ],
  [
    "an event of an unknown kind",
    (database, id) =>
      database
        .updateTable("events")
        .set({ event: '{"type":"voted","at":5}' })
        .where("federation_id", "=", id)
        .where("seq", "=", 2)
        .execute(),
    /event 2 of its journal was stored by another version of Duet.*type/,
  ],
  [
    "an event missing",
    (database, id) => database.deleteFrom("events").where("federation_id", "=", id).where("seq", "=", 4).execute(),
    /event 4 of its journal is missing/,
  ],
  [
    "no adapter",
    (database, id) => database.deleteFrom("artifacts").where("federation_id", "=", id).where("name", "=", "adapter/1").execute(),
    /adapter\/1 is not stored/,
  ],
])("a stored federation with %s is left as it is, and its link says why", async (_, change, reason) => {
  const { coordinator, stored } = await reopened(FOLDERS);
  const { federationId, watchToken: token } = stored.running;
  const rows = () =>
    inDatabase(coordinator, async (database) => [
      await database.selectFrom("federations").select(["version", "record"]).where("id", "=", federationId).execute(),
      await database.selectFrom("events").selectAll().where("federation_id", "=", federationId).orderBy("seq").execute(),
    ]);
  let changed: unknown;
  await coordinator.restart(async () => {
    await inDatabase(coordinator, (database) => change(database, federationId));
    changed = await rows();
  });
  const client = await connectClient(coordinator.url);
  await expect(client.call("federation:watch", { federationId, token })).rejects.toThrow(reason);
  const { federations, unreadable } = await client.call("federation:list", {});
  expect([federations, unreadable]).toEqual([[], 1]);
  expect(await rows()).toEqual(changed);
});

test("a database whose adapters lie in another folder is refused, also by a folder that is new", async () => {
  const coordinator = await startCoordinator();
  await storeFederations(coordinator);
  const { dataDir } = coordinator;
  const leave = async () => {
    for (const name of ["blobs", "store-id"]) await rename(join(dataDir, name), join(dataDir, `former-${name}`));
  };
  await expect(coordinator.restart(leave)).rejects.toThrow(/^The database belongs to another data folder/);
});

test("a database of a newer Duet, and one of another folder, are refused with a sentence", async () => {
  const coordinator = await startCoordinator();
  const { created } = await createFederation(coordinator.url, {}, listed);
  await expect(coordinator.restart(() => writeFile(join(coordinator.dataDir, "store-id"), "another"))).rejects.toThrow(
    /^The database belongs to another data folder than .*: start with the folder it was made with/,
  );
  await coordinator.restart(() => rm(join(coordinator.dataDir, "store-id")));
  expect((await (await connectClient(coordinator.url)).call("federation:list", {})).federations).toMatchObject([
    { federationId: created.federationId },
  ]);
  const newer = { name: "999-later", timestamp: "2030-01-01T00:00:00.000Z" };
  const intoMigrations = () =>
    inDatabase(coordinator, (database) =>
      sql`insert into kysely_migration (name, timestamp) values (${newer.name}, ${newer.timestamp})`.execute(database),
    );
  await expect(coordinator.restart(async () => void (await intoMigrations()))).rejects.toThrow(
    /^The database was made by a newer Duet \(step 999-later\): start with that version/,
  );
});

test.runIf(testServer === undefined)("a lost database is not taken for a new one, while adapters are there", async () => {
  const coordinator = await startCoordinator();
  await storeFederations(coordinator);
  const loseDatabase = async () => {
    for (const end of ["", "-wal", "-shm"]) await rm(join(coordinator.dataDir, `duet.db${end}`), { force: true });
  };
  await expect(coordinator.restart(loseDatabase)).rejects.toThrow(
    /^The database is empty, but the data folder .* has been in use \(adapters of 2 federations are in it\)\. Bring the database back/,
  );
});
