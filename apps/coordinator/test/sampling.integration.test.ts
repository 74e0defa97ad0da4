import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, testMetrics } from "./support/federations.ts";

const NAMES = ["anna", "bram", "chen", "dora", "emil", "fien"];
const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;
const asked = (snapshot: Snapshot): readonly string[] => snapshot.openRound?.participants ?? [];

test("a round asks the clients that were drawn, closes once enough answered, and draws the same after a restart", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, {
    minClients: NAMES.length,
    maxClients: NAMES.length,
    clientSampling: { clients: 2, reserve: 1 },
  });
  const joins = await Promise.all(NAMES.map((name) => joinAs(coordinator, created, name)));
  const answer = async (clientId: string, round: number, value: number) => {
    const { client } = joins.find((join) => join.clientId === clientId) ?? {};
    await client?.submit({ round, adapter: constantAdapter(value), metrics: testMetrics() });
  };
  const first = asked(await organiser.until(roundOpen(1), "round 1"));
  expect(first).toHaveLength(3);
  const outsider = joins.find(({ clientId }) => !first.includes(clientId));
  const late = { round: 1, adapter: constantAdapter(0.5), metrics: testMetrics() };
  await expect(outsider?.client.submit(late)).rejects.toThrow("WRONG_ROUND: This client takes part from the round after 1");
  for (const id of first.slice(0, 2)) await answer(id, 1, 0.2);
  const next = await organiser.until(roundOpen(2), "round 2, without the third");
  expect(next.rounds[0]).toMatchObject({ participants: first, aggregated: first.slice(0, 2) });
  expect(next.clients.find(({ id }) => id === first[2])?.note).toBe("enough others had answered");
  // Everybody who was not asked in round 1 is asked now.
  expect(asked(next).filter((id) => first.includes(id))).toEqual([]);

  await coordinator.restart();
  const back = await Promise.all(
    joins.map(({ request: { name }, resumeToken }) => joinAs(coordinator, created, name, { resumeToken })),
  );
  const [watcher] = back as [(typeof back)[number]];
  const snapshot = await watcher.client.until(roundOpen(2), "round 2 again");
  expect(asked(snapshot)).toEqual(asked(next));
  for (const id of asked(next).slice(1)) {
    const again = back.find(({ clientId }) => clientId === id);
    await again?.client.submit({ round: 2, adapter: constantAdapter(0.4), metrics: testMetrics() });
  }
  const last = await watcher.client.until(roundOpen(3), "the last round");
  expect([...asked(last)].sort()).toEqual(joins.map(({ clientId }) => clientId).sort());
});

test.each([
  [
    { aggregation: "secure", minClients: 3, robustness: { kind: "none" }, clientSampling: { clients: 2, reserve: 0 } },
    /at least 3/,
  ],
  [{ clientSampling: { clients: 4, reserve: 0 } }, /cannot draw 4 of at most 3 clients/],
] as const)("a federation that cannot draw so many is refused (%#)", async (changes, reason) => {
  const coordinator = await startCoordinator();
  await expect(createFederation(coordinator.url, changes)).rejects.toThrow(reason);
});
