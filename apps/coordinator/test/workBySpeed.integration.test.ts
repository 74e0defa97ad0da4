import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, layout, testMetrics } from "./support/federations.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;
const steps = (amount: number) => ({ unit: "steps" as const, amount });

test("who was skipped is asked for half of the steps, also after a restart, and what comes in is averaged for that", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, {
    work: "bySpeed",
    budgets: { local: steps(4), inner: steps(4), rounds: 3 },
  });
  const anna = await joinAs(coordinator, created, "anna");
  const bram = await joinAs(coordinator, created, "bram");
  const send = (client: typeof anna.client, round: number, value: number) =>
    client.submit({ round, adapter: constantAdapter(value), metrics: testMetrics() });

  const first = await organiser.until(roundOpen(1), "round 1");
  expect(first.openRound?.shares).toBeUndefined();
  await send(anna.client, 1, 0);
  const { federationId, organiserKey } = created;
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "closeRound" } });
  const second = await organiser.until(roundOpen(2), "round 2");
  expect(second.openRound?.shares).toEqual({ [bram.clientId]: 0.5 });
  expect(Object.keys(second.rounds[0]?.took ?? {})).toEqual([anna.clientId]);

  await coordinator.restart();
  const { client: annaAgain } = await joinAs(coordinator, created, "anna", { resumeToken: anna.resumeToken });
  const { client: bramAgain } = await joinAs(coordinator, created, "bram", { resumeToken: bram.resumeToken, sees: "own" });
  const back = await bramAgain.until(roundOpen(2), "round 2 again");
  expect(back.openRound?.shares).toEqual({ [bram.clientId]: 0.5 });
  const before = decodeAdapter((await annaAgain.fetchAdapter(2)) as Uint8Array, layout);
  await send(annaAgain, 2, 0.5);
  await send(bramAgain, 2, 0.5);
  await annaAgain.until(roundOpen(3), "round 3");
  const after = decodeAdapter((await annaAgain.fetchAdapter(3)) as Uint8Array, layout);
  // Two of four steps without warm-up reach half as far: 3/4 of the mean of what four would have changed.
  for (const [key, { data }] of after) {
    const was = before.get(key)?.data ?? [];
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo((was[i] as number) - 0.375, 6);
  }
});

test("a round after one that was answered in seconds waits for a minute, not for the ten of the first", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { deadline: "bySpeed" });
  const joins = [await joinAs(coordinator, created, "anna"), await joinAs(coordinator, created, "bram")];
  const waits = ({ openRound, rounds }: Snapshot) => (openRound?.deadlineAt ?? 0) - (rounds.at(-1)?.openedAt ?? 0);
  expect(waits(await organiser.until(roundOpen(1), "round 1"))).toBe(600_000);
  for (const { client } of joins) await client.submit({ round: 1, adapter: constantAdapter(0.5), metrics: testMetrics() });
  const longest = (snapshot: Snapshot) => Math.max(...Object.values(snapshot.rounds[0]?.took ?? {}));
  const second = await organiser.until(roundOpen(2), "round 2");
  expect(waits(second)).toBeCloseTo(Math.max(60_000, 3000 * longest(second)), 6);
});

test("a method whose updates cannot be made good for fewer steps is refused by name", async () => {
  const coordinator = await startCoordinator();
  const strategy = { id: "scaffold", preset: "standard", config: {} };
  await expect(createFederation(coordinator.url, { work: "bySpeed", strategy })).rejects.toThrow(
    /SCAFFOLD sends more than what a client changed/,
  );
});
