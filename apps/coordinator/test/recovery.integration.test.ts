import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import { type Created, constantAdapter, createFederation, joinAs, layout, testMetrics } from "./support/federations.ts";
import { blobRefOf, codeOfRefusal, connectClient } from "./support/testClient.ts";
import { inDatabase } from "./support/testDatabase.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;
const submission = (round: number, value: number) => ({ round, adapter: constantAdapter(value), metrics: testMetrics() });

/** FedAvg's momentum-free sum cannot show a lost memory, so this runs FDLoRA from a common seed: v is kept between rounds. */
const fdLora = {
  strategy: {
    id: "fdlora",
    preset: "custom",
    config: {
      init: "seed",
      sync: { every: 0, when: "multiple", copy: "uploaded" },
      finish: false,
      personalInForward: false,
      outer: { form: "heavy-ball", learningRate: 1, momentum: 0.5 },
      weighting: "uniform",
      fusion: { kind: "factor", objective: "loss", maxEvaluations: 5, l1: 0.05, confidence: 1, bound: 1.5 },
    },
  },
};

async function watch(coordinator: CoordinatorUnderTest, { federationId, watchToken }: Created) {
  const watcher = await connectClient(coordinator.url);
  await watcher.watch(federationId, watchToken);
  return watcher;
}

test("a coordinator restarted in the middle of a round loses nothing that it had confirmed", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, fdLora);
  let anna = await joinAs(coordinator, created, "anna");
  let bram = await joinAs(coordinator, created, "bram");
  await organiser.until(roundOpen(0), "round 0");
  for (const { client } of [anna, bram]) await client.submit({ round: 0, adapter: null, metrics: testMetrics() });
  await organiser.until(roundOpen(1), "round 1");
  await anna.client.submit(submission(1, 0.2));
  await bram.client.submit(submission(1, 0.4));
  await organiser.until(roundOpen(2), "round 2");
  await anna.client.submit(submission(2, 0.1));
  const before = (await watch(coordinator, created)).latest as Snapshot;

  await coordinator.restart();
  const watcher = await watch(coordinator, created);
  expect(watcher.latest?.revision).toBeGreaterThan(before.revision);
  expect(watcher.latest).toMatchObject({ phase: "collecting", openRound: { round: 2, attempt: 1 }, rounds: before.rounds });
  expect(watcher.latest?.clients.map(({ status }) => status)).toEqual(["away", "away"]);

  anna = await joinAs(coordinator, created, "anna", { resumeToken: anna.resumeToken });
  bram = await joinAs(coordinator, created, "bram", { resumeToken: bram.resumeToken });
  await anna.client.submit(submission(2, 0.9));
  await bram.client.submit(submission(2, 0.3));
  await watcher.until(roundOpen(3), "the fusing round");
  const adapter = await bram.client.fetchAdapter(3);

  // v1 = 0.3, theta1 = theta0 - 0.3;  v2 = 0.5 * 0.3 + (0.1 + 0.3) / 2 = 0.35, theta2 = theta1 - 0.35. The 0.9 came too late.
  const served = decodeAdapter(adapter as Uint8Array, layout);
  for (const [key, { data }] of initialAdapter(layout, 7)) {
    data.forEach((value, index) => {
      expect(served.get(key)?.data[index]).toBeCloseTo(value - 0.65, 5);
    });
  }
});

test("an aggregation that a crash cut short is done again, and contributions are deleted afterwards", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url);
  const { federationId, watchToken } = created;
  const [anna, bram] = [await joinAs(coordinator, created, "anna"), await joinAs(coordinator, created, "bram")];
  await organiser.until(roundOpen(1), "round 1");
  await anna.client.submit(submission(1, 0.2));
  await bram.client.submit(submission(1, 0.4));
  await organiser.until(roundOpen(2), "round 2");
  const adapter = async () => {
    const address = `${coordinator.url}/federations/${federationId}/adapters/1.safetensors`;
    return Buffer.from(await (await fetch(address, { headers: { "x-watch-token": watchToken } })).arrayBuffer());
  };
  const before = await adapter();
  const blobs = join(coordinator.dataDir, "blobs", federationId);
  await expect.poll(() => readdir(blobs)).toHaveLength(2);

  // As if the power had gone while round 1 was being aggregated: the journal ends with the last submission.
  await coordinator.restart(() =>
    inDatabase(coordinator, async (database) => {
      const events = await database
        .selectFrom("events")
        .selectAll()
        .where("federation_id", "=", federationId)
        .orderBy("seq")
        .execute();
      const submitted = events.filter(({ event }) => JSON.parse(event).type === "submitted");
      await database
        .deleteFrom("events")
        .where("seq", ">", submitted[1]?.seq ?? 0)
        .execute();
      await database.deleteFrom("artifacts").execute();
      for (const { event } of submitted) {
        const { artifact, clientId } = JSON.parse(event);
        const content = constantAdapter(clientId === anna.clientId ? 0.2 : 0.4);
        const ref = blobRefOf(content);
        await writeFile(join(blobs, ref.sha256), content);
        await database
          .insertInto("artifacts")
          .values({ federation_id: federationId, name: `submission/${artifact}`, ...ref })
          .execute();
      }
      await database.updateTable("federations").set({ awake: 1 }).execute();
    }),
  );
  const watcher = await watch(coordinator, created);
  const end = await watcher.until(({ rounds }) => rounds[0]?.closedAt != null, "round 1 is aggregated");
  expect(end.rounds[0]?.aggregated).toEqual([anna.clientId, bram.clientId]);
  expect((await adapter()).equals(before)).toBe(true);
  await expect.poll(() => readdir(blobs)).toHaveLength(2);
});

test("a submission whose adapter cannot be stored is refused, counts as not sent, and works once there is room", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1 });
  const anna = await joinAs(coordinator, created, "anna");
  await organiser.until(roundOpen(1), "round 1");
  const blobs = join(coordinator.dataDir, "blobs", created.federationId);
  await rm(blobs, { recursive: true, force: true });
  await writeFile(blobs, "a file in the way");
  expect(await codeOfRefusal(anna.client.submit(submission(1, 0.1)))).toBe("STORAGE_FAILED");
  const shown = await organiser.until(({ note }) => note.includes("cannot write"), "the fault is shown");
  expect(shown).toMatchObject({ phase: "collecting", clients: [{ bytesUp: 0, history: [] }] });
  await rm(blobs);
  await anna.client.submit(submission(1, 0.1));
  await organiser.until(roundOpen(2), "round 2");
});

test("a submission whose event cannot be stored is refused, and its adapter need not be sent again", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1 });
  const anna = await joinAs(coordinator, created, "anna");
  await organiser.until(roundOpen(1), "round 1");
  const admit = await refuseRows(coordinator, "events", "event like '%submitted%'");
  expect(await codeOfRefusal(anna.client.submit(submission(1, 0.1)))).toBe("STORAGE_FAILED");
  const shown = await organiser.until(({ note }) => note.includes("cannot write"), "the fault is shown");
  expect(shown).toMatchObject({ phase: "collecting", clients: [{ bytesUp: 0, history: [] }] });
  await admit();
  const adapter = blobRefOf(constantAdapter(0.1));
  await anna.client.call("round:submit", { round: 1, adapter, metrics: testMetrics() });
  const next = await organiser.until(roundOpen(2), "round 2");
  expect(next.clients[0]?.bytesUp).toBe(adapter.bytes);
});

test("a result that cannot be stored pauses the federation, and resuming stores it", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1 });
  const anna = await joinAs(coordinator, created, "anna");
  await organiser.until(roundOpen(1), "round 1");
  const admit = await refuseRows(coordinator, "artifacts", "name like 'memory/%'");
  await anna.client.submit(submission(1, 0.1));
  const paused = await organiser.until(({ phase }) => phase === "paused", "the pause");
  expect(paused.note).toMatch(/^Round 1 could not be stored .* Resume once there is room/);
  // Where there is no room nothing is left that takes some.
  const files = await readdir(join(coordinator.dataDir, "blobs", created.federationId));
  expect(files.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  await admit();
  const { federationId, organiserKey } = created;
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "resume" } });
  await organiser.until(roundOpen(2), "round 2");
});

/** From now on the database has no room for rows like these; returns how to make room. */
async function refuseRows(coordinator: CoordinatorUnderTest, table: "events" | "artifacts", like: string) {
  const run = (statements: readonly string[]) =>
    inDatabase(coordinator, async (database) => {
      for (const statement of statements) await sql.raw(statement).execute(database);
    });
  if (coordinator.databaseUrl === null) {
    await run([`create trigger no_room before insert on ${table} when new.${like} begin select raise(abort, 'no room'); end`]);
    return () => run(["drop trigger no_room"]);
  }
  await run([`alter table ${table} add constraint no_room check (not (${like})) not valid`]);
  return () => run([`alter table ${table} drop constraint no_room`]);
}
