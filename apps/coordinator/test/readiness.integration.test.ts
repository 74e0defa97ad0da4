import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createReadiness, isReady } from "../src/operations/readiness.ts";
import { openDatabase } from "../src/storage/database/openDatabase.ts";
import { databaseAddress } from "../src/storage/openStorage.ts";
import { createManualClock } from "./support/manualClock.ts";
import { freshDatabase } from "./support/testDatabase.ts";

test("it is not ready without its database, nor with federations that cannot be opened, and says which", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "duet-ready-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const database = await openDatabase(databaseAddress(dataDir, await freshDatabase()));
  const { clock, advance } = createManualClock();
  let lost = 0;
  const look = createReadiness({ dataDir, database, unreadable: () => lost, clock });
  expect(await look()).toEqual({ disk: "ok", database: "ok", federations: "ok" });

  lost = 2;
  advance(10_000);
  const withLost = await look();
  expect(withLost.federations).toBe('2 stored federations cannot be opened: "npm run repair" says what can be saved');
  expect(isReady(withLost)).toBe(false);

  lost = 0;
  await database.destroy();
  advance(10_000);
  const withoutDatabase = await look();
  expect(withoutDatabase.database).toMatch(/^The database does not answer \(.+\)$/);
  expect([withoutDatabase.disk, isReady(withoutDatabase)]).toEqual(["ok", false]);
});
