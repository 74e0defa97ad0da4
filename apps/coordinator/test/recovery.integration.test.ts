import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import { type Created, constantAdapter, createFederation, joinAs, layout, testMetrics } from "./support/federations.ts";
import { codeOfRefusal, connectClient } from "./support/testClient.ts";

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
  const anna = await joinAs(coordinator, created, "anna");
  const bram = await joinAs(coordinator, created, "bram");
  await organiser.until(roundOpen(1), "round 1");
  const folder = join(coordinator.dataDir, "federations", created.federationId);
  const copies = join(folder, "copies");
  await anna.client.submit(submission(1, 0.2));
  await mkdir(copies);
  for (const file of await readdir(join(folder, "submissions"))) {
    await writeFile(join(copies, file), await readFile(join(folder, "submissions", file)));
  }
  // The journal ends with the last submission and a torn line, as if the power had gone while round 1 was being aggregated.
  const [mine] = await readdir(copies);
  const theirs = `1-${bram.clientId}-copy`;
  await writeFile(join(copies, `${theirs}.safetensors`), await readFile(join(copies, mine as string)));
  await bram.client.submit(submission(1, 0.2));
  await organiser.until(roundOpen(2), "round 2");
  await expect.poll(() => readdir(join(folder, "submissions"))).toEqual([]);

  await coordinator.restart();
  await organiser.socket.disconnect();
  const journal = join(folder, "journal.jsonl");
  const lines = (await readFile(journal, "utf8")).trimEnd().split("\n");
  const last = lines.findLastIndex((line) => line.includes('"submitted"'));
  const cut = lines.slice(0, last + 1).map((line) => line.replace(new RegExp(`1-${bram.clientId}-[\\w-]+`), theirs));

  const second = await startCoordinator();
  const target = join(second.dataDir, "federations", created.federationId);
  await mkdir(target, { recursive: true });
  await writeFile(join(target, "federation.json"), await readFile(join(folder, "federation.json")));
  await writeFile(join(target, "journal.jsonl"), `${cut.join("\n")}\n`);
  await appendFile(join(target, "journal.jsonl"), '{"event":{"type":"aggre');
  await rename(copies, join(target, "submissions"));
  await second.restart();

  const watcher = await watch(second, created);
  const end = await watcher.until(({ rounds }) => rounds[0]?.closedAt != null, "round 1 is aggregated");
  expect(end.rounds[0]?.aggregated).toEqual([anna.clientId, bram.clientId]);
  await expect.poll(() => readdir(join(target, "submissions"))).toEqual([]);
  const redone = await readFile(join(target, "adapters", "1.safetensors"));
  expect(redone.equals(await readFile(join(folder, "adapters", "1.safetensors")))).toBe(true);
});

test("a submission that cannot be stored is refused as such, counts as not sent, and works once there is room", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1 });
  const anna = await joinAs(coordinator, created, "anna");
  await organiser.until(roundOpen(1), "round 1");
  const submissions = join(coordinator.dataDir, "federations", created.federationId, "submissions");
  await rm(submissions, { recursive: true });
  await writeFile(submissions, "a file in the way");
  expect(await codeOfRefusal(anna.client.submit(submission(1, 0.1)))).toBe("STORAGE_FAILED");
  const shown = await organiser.until(({ note }) => note.includes("cannot write"), "the fault is shown");
  expect(shown).toMatchObject({ phase: "collecting", clients: [{ bytesUp: 0, history: [] }] });
  await rm(submissions);
  await mkdir(submissions);
  await anna.client.submit(submission(1, 0.1));
  await organiser.until(roundOpen(2), "round 2");
});

test("a result that cannot be stored pauses the federation, and resuming stores it", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1 });
  const anna = await joinAs(coordinator, created, "anna");
  await organiser.until(roundOpen(1), "round 1");
  const adapters = join(coordinator.dataDir, "federations", created.federationId, "adapters");
  await rm(adapters, { recursive: true });
  await writeFile(adapters, "a file in the way");
  await anna.client.submit(submission(1, 0.1));
  const paused = await organiser.until(({ phase }) => phase === "paused", "the pause");
  expect(paused.note).toMatch(/^Round 1 could not be stored .* Resume once there is room/);
  await rm(adapters);
  await mkdir(adapters);
  const { federationId, organiserKey } = created;
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "resume" } });
  await organiser.until(roundOpen(2), "round 2");
});

test("a federation of another version is left as it is, and who follows its link is told why", async () => {
  const coordinator = await startCoordinator();
  const { created } = await createFederation(coordinator.url);
  const { created: other } = await createFederation(coordinator.url);
  const path = join(coordinator.dataDir, "federations", created.federationId, "federation.json");
  const earlier = (await readFile(path, "utf8")).replace('"reconnectGraceSeconds"', '"graceSeconds"');
  await writeFile(path, earlier);

  await coordinator.restart();
  const client = await connectClient(coordinator.url);
  await expect(
    client.call("federation:watch", { federationId: created.federationId, token: created.watchToken }),
  ).rejects.toThrow(/NOT_READABLE.*stored by another version of Duet/);
  const { federations, unreadable } = await client.call("federation:list", {});
  expect(federations.map(({ federationId }) => federationId)).toEqual([other.federationId]);
  expect(unreadable).toBe(1);
  expect(await readFile(path, "utf8")).toBe(earlier);
});
