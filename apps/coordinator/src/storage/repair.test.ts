/** What the repair program would do, without damaged data folders; see also test/repair.integration.test.ts. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type BlobStore, DamagedBlobError } from "./blobStore.ts";
import { openDatabase } from "./database/openDatabase.ts";
import { examine } from "./repair.ts";

/** All of whose blobs are damaged. */
const blobs = {
  file: () => Promise.reject(new DamagedBlobError("is damaged")),
  spaces: async () => [],
} as Partial<BlobStore> as BlobStore;

/** What is found of a federation with a record of that version, an event that nobody can read, and an adapter that is damaged. */
async function findingsOf(version: number) {
  const folder = await mkdtemp(join(tmpdir(), "duet-repair-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const database = await openDatabase({ file: join(folder, "duet.db") });
  onTestFinished(() => database.destroy());
  await database
    .insertInto("federations")
    .values({ id: "f1", created_at: 5, version, record: "{}", standing: null, ended_at: null })
    .execute();
  await database
    .insertInto("events")
    .values({ federation_id: "f1", seq: 1, version: 1, event: "{", resume_hash: null })
    .execute();
  await database
    .insertInto("artifacts")
    .values({ federation_id: "f1", name: "adapter/1", sha256: "0".repeat(64), bytes: 8 })
    .execute();
  return (await examine(database, blobs)).findings;
}

test("of a federation whose record is of a newer Duet nothing is mended, whatever else cannot be read of it", async () => {
  const [older, newer] = [await findingsOf(1), await findingsOf(999)];
  expect(older.map(({ mend }) => mend !== null)).toEqual([false, true, true]);
  expect(newer).toEqual([
    { federationId: "f1", problem: expect.stringMatching(/newer/), remedy: "this version changes nothing of it", mend: null },
  ]);
});
