import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, listed, testMetrics } from "./support/federations.ts";

const submission = (round: number) => ({ round, adapter: constantAdapter(0.1), metrics: testMetrics() });

test("clients that see only themselves take part in every round, and hear of nobody else", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, {}, listed);
  const anna = await joinAs(coordinator, created, "anna", { sees: "own" });
  const bram = await joinAs(coordinator, created, "bram");
  const mine = await anna.client.until(({ openRound }) => openRound?.round === 1, "round 1");
  expect(mine.openRound?.participants).toEqual([anna.clientId]);
  expect(mine.clients.map(({ id }) => id)).toEqual([anna.clientId]);
  await bram.client.submit(submission(1));
  await organiser.until(({ openRound }) => openRound?.submitted.includes(bram.clientId) === true, "bram's submission");
  expect(anna.client.latest?.openRound?.submitted).toEqual([]);
  await anna.client.submit(submission(1));
  const next = await anna.client.until(({ openRound }) => openRound?.round === 2, "round 2");
  expect(next.rounds.at(-1)).toMatchObject({ round: 1, aggregated: [anna.clientId] });
});

test("who sees only itself sees everything once it watches", async () => {
  const coordinator = await startCoordinator();
  const { created } = await createFederation(coordinator.url, {}, listed);
  const anna = await joinAs(coordinator, created, "anna", { sees: "own" });
  const bram = await joinAs(coordinator, created, "bram");
  await anna.client.until(({ openRound }) => openRound !== null, "round 1");
  await anna.client.call("federation:watch", { federationId: created.federationId, token: anna.resumeToken });
  const all = await anna.client.until(({ clients }) => clients.length > 1, "the others");
  expect(all.clients.map(({ id }) => id)).toEqual([anna.clientId, bram.clientId]);
});
