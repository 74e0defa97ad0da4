import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, onTestFinished, test } from "vitest";
import { startProgram } from "./support/coordinatorProgram.ts";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, type Joined, joinAs, layout, testMetrics } from "./support/federations.ts";
import { codeOfRefusal } from "./support/testClient.ts";
import { freshDatabase } from "./support/testDatabase.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;
const steps = (amount: number) => ({ unit: "steps" as const, amount });
const late: Partial<FederationConfig> = {
  late: { rounds: 1 },
  robustness: { kind: "none" },
  budgets: { local: steps(4), inner: steps(4), rounds: 3 },
};
const send = ({ client }: Pick<Joined, "client">, round: number, value: number) =>
  client.submit({ round, adapter: constantAdapter(value), metrics: testMetrics() });
const closing = ({ created, organiser }: Awaited<ReturnType<typeof createFederation>>) => {
  const { federationId, organiserKey } = created;
  return organiser.call("federation:control", { federationId, organiserKey, action: { kind: "closeRound" } });
};

test("an answer that comes when the next round is open counts there for 0.7071, to the bit, and once, whoever is killed in between", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "duet-late-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const databaseUrl = await freshDatabase();
  const first = await startProgram(["--data", dataDir], databaseUrl);
  const federation = await createFederation(first.url, late);
  const { created, organiser } = federation;
  const anna = await joinAs(first, created, "anna", { train: 100 });
  const bram = await joinAs(first, created, "bram", { train: 60, sees: "own" });
  await organiser.until(roundOpen(1), "round 1");
  await send(anna, 1, 0.25);
  await closing(federation);
  const second = await organiser.until(roundOpen(2), "round 2");
  const told = { behind: [bram.clientId], stillTaken: { [bram.clientId]: [1] } };
  expect(second.openRound).toMatchObject(told);
  expect((await bram.client.until(roundOpen(2), "round 2, to its own client")).openRound).toMatchObject(told);
  const before = decodeAdapter((await anna.client.fetchAdapter(2)) as Uint8Array, layout);
  await bram.client.call("client:progress", {
    round: 1,
    activity: "training",
    slot: "shared",
    step: 3,
    steps: 4,
    loss: 1,
    tokensPerSecond: 1,
  });
  await send(bram, 1, 0.375);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");

  const again = await startProgram(["--data", dataDir], databaseUrl);
  const { resumeToken } = bram;
  const bramAgain = await joinAs(again, created, "bram", { train: 60, resumeToken });
  // The acknowledgement was lost: a repeat changes nothing.
  await send(bramAgain, 1, 0.375);
  const annaAgain = await joinAs(again, created, "anna", { train: 100, resumeToken: anna.resumeToken });
  await send(annaAgain, 2, 0.125);
  const third = await annaAgain.client.until(roundOpen(3), "round 3, which waited for nobody else");
  expect(third.rounds[1]).toMatchObject({ aggregated: [anna.clientId], late: { [bram.clientId]: 1 } });
  expect(third.events.map(({ text }) => text)).toContain(
    "bram's answer of round 1 came late and is kept for round 2: it counts there for 0.71 of one in time, unless bram answers that round too",
  );
  expect(await codeOfRefusal(send(bramAgain, 1, 0.5))).toBe("OK");

  const after = decodeAdapter((await annaAgain.client.fetchAdapter(3)) as Uint8Array, layout);
  const weights = { [anna.clientId]: 100, [bram.clientId]: 60 / Math.sqrt(2) };
  const values = { [anna.clientId]: 0.125, [bram.clientId]: 0.375 };
  const total = Object.entries(weights)
    .toSorted(byId)
    .reduce((sum, [, weight]) => sum + weight, 0);
  const mean = Object.entries(weights)
    .toSorted(byId)
    .reduce((sum, [id, weight]) => sum + (weight / total) * (values[id] ?? 0), 0);
  for (const [key, { data }] of after) {
    const was = before.get(key)?.data ?? new Float32Array();
    expect(data).toEqual(was.map((value) => value - Math.fround(mean)));
  }
});

const byId = ([a]: readonly [string, number], [b]: readonly [string, number]) => (a < b ? -1 : 1);

test("what is not taken any more is refused, and so is everything late where nothing is taken", async () => {
  const coordinator = await startCoordinator();
  for (const config of [late, { ...late, late: undefined }]) {
    const federation = await createFederation(coordinator.url, config);
    const anna = await joinAs(coordinator, federation.created, "anna");
    const bram = await joinAs(coordinator, federation.created, "bram");
    const last = config.late ? 2 : 1;
    for (let round = 1; round <= last; round++) {
      await federation.organiser.until(roundOpen(round), `round ${round}`);
      await send(anna, round, 0.25);
      if (round === 1) await closing(federation);
    }
    await federation.organiser.until(roundOpen(last + 1), "the round after");
    expect(await codeOfRefusal(send(bram, 1, 0.5))).toBe("WRONG_ROUND");
  }
});

test("every answer is in the figures once, also one in whose place another counts", async () => {
  const coordinator = await startCoordinator();
  const federation = await createFederation(coordinator.url, late);
  const anna = await joinAs(coordinator, federation.created, "anna");
  const bram = await joinAs(coordinator, federation.created, "bram");
  await federation.organiser.until(roundOpen(1), "round 1");
  await send(anna, 1, 0.25);
  await closing(federation);
  await federation.organiser.until(roundOpen(2), "round 2");
  await send(bram, 1, 0.375);
  for (let time = 0; time < 2; time++) await send(bram, 2, 0.5);
  await send(anna, 2, 0.125);
  await federation.organiser.until(roundOpen(3), "round 3");
  const figures = await (await fetch(`${coordinator.url}/metrics`)).text();
  expect(figures).toMatch(/^duet_submissions_total 4$/m);
});

test("what cannot be counted late is refused by name", async () => {
  const coordinator = await startCoordinator();
  const refused = (changes: Partial<FederationConfig>) => createFederation(coordinator.url, { late: { rounds: 1 }, ...changes });
  const strategy = (id: string) => ({ strategy: { id, preset: "standard", config: {} } });
  await expect(refused({ aggregation: "secure", minClients: 3, robustness: { kind: "none" } })).rejects.toThrow(
    /A secure sum is over once it is made/,
  );
  await expect(refused(strategy("scaffold"))).rejects.toThrow(/SCAFFOLD sends more than what a client changed/);
  await expect(refused({ ranks: "svd" })).rejects.toThrow(/By SVD every round makes new factors/);
});
