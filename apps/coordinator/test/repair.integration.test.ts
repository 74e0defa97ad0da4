/** What the repair program says of damaged data folders, and that a coordinator goes on with what it saves. */
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, type Joined, joinAs, testMetrics } from "./support/federations.ts";
import { type StoredFederations, storeFederations } from "./support/storedFederations.ts";
import { codeOfRefusal, connectClient } from "./support/testClient.ts";
import { inDatabase } from "./support/testDatabase.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;

async function repair({ dataDir, databaseUrl }: CoordinatorUnderTest, ...options: string[]) {
  const args = ["apps/coordinator/bin/repair.mjs", "--data", dataDir, ...options];
  const env = { ...process.env, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) };
  return promisify(execFile)(process.execPath, args, { env }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error) => ({ code: error.code, said: error.stdout + error.stderr }),
  );
}

/** Says what is wrong, changes nothing, mends it, and then finds all well. */
async function repaired(coordinator: CoordinatorUnderTest, expected: RegExp): Promise<void> {
  const before = await repair(coordinator);
  expect(before.said).toMatch(expected);
  expect(before.code).toBe(1);
  expect((await repair(coordinator)).said).toBe(before.said);
  expect(await repair(coordinator, "--fix")).toMatchObject({ code: 0, said: expect.stringContaining("Mended") });
  expect(await repair(coordinator)).toMatchObject({ code: 0, said: expect.stringContaining("All is well.") });
}

async function withStored(): Promise<{ coordinator: CoordinatorUnderTest; stored: StoredFederations; blobs: string }> {
  const coordinator = await startCoordinator();
  const stored = await storeFederations(coordinator);
  return { coordinator, stored, blobs: join(coordinator.dataDir, "blobs", stored.running.federationId) };
}

const refOf = (coordinator: CoordinatorUnderTest, federationId: string, name: string) =>
  inDatabase(coordinator, (database) =>
    database
      .selectFrom("artifacts")
      .select("sha256")
      .where("federation_id", "=", federationId)
      .where("name", "=", name)
      .executeTakeFirstOrThrow(),
  );

/** Both clients of the running federation come back, and its round 2 ends. */
async function goesOn(coordinator: CoordinatorUnderTest, { running, resumeTokens }: StoredFederations) {
  const [anna, bram] = [
    await joinAs(coordinator, running, "anna", { resumeToken: resumeTokens[0] }),
    await joinAs(coordinator, running, "bram", { resumeToken: resumeTokens[1] }),
  ];
  await Promise.all([anna, bram].map(answersUntilFusing));
}

/** Answers as every client does: once to each attempt that has nothing of it; what is lost in between is sent again. */
async function answersUntilFusing({ client, clientId }: Joined): Promise<void> {
  let answered = "";
  for (;;) {
    const isAsked = ({ openRound }: Snapshot) =>
      openRound !== null && nameOf(openRound) !== answered && !openRound.submitted.includes(clientId);
    const { openRound } = await client.until((snapshot) => isAsked(snapshot) || roundOpen(3)(snapshot), "a round that asks");
    if (!openRound || openRound.round === 3) return;
    const submission = { round: openRound.round, adapter: constantAdapter(0.5), metrics: testMetrics() };
    const outcome = await codeOfRefusal(client.submit(submission));
    expect(["OK", "BLOB_MISSING"]).toContain(outcome);
    if (outcome === "OK") answered = nameOf(openRound);
  }
}

const nameOf = ({ round, attempt }: NonNullable<Snapshot["openRound"]>) => `${round}/${attempt}`;

test("all is well, and a running coordinator's folder is not touched", async () => {
  const { coordinator } = await withStored();
  expect(await repair(coordinator)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/is in use by the coordinator at http/),
  });
  await coordinator.restart(async () => {
    expect(await repair(coordinator)).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^· Looked at 2 federations and \d+ adapters\.\nAll is well\./),
    });
  });
});

test("a journal is cut before an entry that cannot be read, and the federation goes on from there", async () => {
  const { coordinator, stored } = await withStored();
  const { federationId } = stored.running;
  await coordinator.restart(async () => {
    const seq = await inDatabase(coordinator, async (database) => {
      const rows = await database
        .selectFrom("events")
        .selectAll()
        .where("federation_id", "=", federationId)
        .orderBy("seq")
        .execute();
      const bad = rows.findLast(({ event }) => event.includes('"submitted"'))?.seq ?? 0;
      await database
        .updateTable("events")
        .set({ event: '{"torn' })
        .where("federation_id", "=", federationId)
        .where("seq", "=", bad)
        .execute();
      return bad;
    });
    await repaired(
      coordinator,
      new RegExp(
        `${federationId}: event ${seq} of its journal is damaged: it is not JSON\\. With --fix: its journal is cut before event ${seq}`,
      ),
    );
    const [aside] = (await readdir(coordinator.dataDir)).filter((name) => name.startsWith("set-aside-"));
    expect(await readFile(join(coordinator.dataDir, aside as string, "events.jsonl"), "utf8")).toContain('{\\"torn');
  });
  await goesOn(coordinator, stored);
});

test("what a newer Duet wrote is left as it is", async () => {
  const { coordinator, stored } = await withStored();
  const { federationId } = stored.running;
  const events = () =>
    inDatabase(coordinator, (database) =>
      database.selectFrom("events").selectAll().where("federation_id", "=", federationId).orderBy("seq").execute(),
    );
  await coordinator.restart(async () => {
    await inDatabase(coordinator, (database) =>
      database
        .updateTable("events")
        .set({ version: 99 })
        .where("federation_id", "=", federationId)
        .where("seq", ">", 2)
        .execute(),
    );
    const before = await events();
    expect(await repair(coordinator, "--fix")).toMatchObject({
      code: 1,
      said: expect.stringMatching(
        /event 3 of its journal was made by a newer Duet .* Not mended here: this version changes nothing/,
      ),
    });
    expect(await events()).toEqual(before);
  });
});

test("a submission and an old download that are damaged are forgotten, and asked for again", async () => {
  const { coordinator, stored, blobs } = await withStored();
  const [name] = await inDatabase(coordinator, (database) =>
    database.selectFrom("artifacts").select(["name", "sha256"]).where("name", "like", "submission/%").execute(),
  );
  await coordinator.restart(async () => {
    await writeFile(join(blobs, name?.sha256 ?? ""), "not what it was");
    await repaired(
      coordinator,
      /submission\/2-\S+ is damaged on the coordinator's disk \(it has 15 bytes of \d+\)\. With --fix: it is forgotten/,
    );
  });
  const [anna, bram] = [
    await joinAs(coordinator, stored.running, "anna", { resumeToken: stored.resumeTokens[0] }),
    await joinAs(coordinator, stored.running, "bram", { resumeToken: stored.resumeTokens[1] }),
  ];
  const submission = { round: 2, adapter: constantAdapter(0.5), metrics: testMetrics() };
  await bram.client.submit(submission);
  await anna.client.until(({ openRound }) => openRound?.attempt === 2, "the second attempt");
  await anna.client.submit(submission);
  await anna.client.until(roundOpen(3), "the fusing round");
});

test("without its newest shared adapter a federation goes back to before that aggregation", async () => {
  const { coordinator, stored, blobs } = await withStored();
  const { sha256 } = await refOf(coordinator, stored.running.federationId, "adapter/1");
  await coordinator.restart(async () => {
    await rm(join(blobs, sha256));
    await repaired(
      coordinator,
      /the shared adapter of round 1 cannot be used\. With --fix: it goes back to before the aggregation of round 1/,
    );
  });
  await goesOn(coordinator, stored);
});

test("adapters whose database is lost are set aside, so that the folder can be used anew", async () => {
  const { coordinator, stored } = await withStored();
  if (coordinator.databaseUrl !== null) return;
  const { dataDir } = coordinator;
  await coordinator.restart(async () => {
    const copy = join(dataDir, "copy");
    await mkdir(copy);
    for (const file of (await readdir(dataDir)).filter((name) => name.startsWith("duet.db"))) {
      await cp(join(dataDir, file), join(copy, file));
      await rm(join(dataDir, file));
    }
    await repaired(
      coordinator,
      /The database has no federation at all[\s\S]*adapters are here, but the database has no such federation/,
    );
    await writeFile(join(dataDir, "duet.db"), "this is no database at all, whoever wrote it".repeat(100));
    expect(await repair(coordinator)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^The database cannot be read \(SQLITE_NOTADB: .*Bring duet\.db back from a back-up/),
    });
    for (const file of (await readdir(dataDir)).filter((name) => name.startsWith("duet.db"))) await rm(join(dataDir, file));
  });
  const client = await connectClient(coordinator.url);
  expect(await client.call("federation:list", {})).toEqual({ federations: [], unreadable: 0 });
  const [aside] = (await readdir(dataDir)).filter((name) => name.startsWith("set-aside-"));
  expect((await readdir(join(dataDir, aside as string, "blobs"))).sort()).toEqual(
    [stored.finished.federationId, stored.running.federationId].sort(),
  );
});
