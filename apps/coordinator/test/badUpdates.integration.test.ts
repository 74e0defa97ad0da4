/** Clients that lie about their rows and send far more than the others, over real sockets. */
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
import { expect, test } from "vitest";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import {
  type Created,
  constantAdapter,
  createFederation,
  type Joined,
  joinAs,
  layout,
  testConfig,
  testMetrics,
} from "./support/federations.ts";
import { connectClient } from "./support/testClient.ts";

const HONEST = ["anna", "bram", "cora", "dirk"];
const STEP = 0.01;
const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;

interface AfterRoundOne {
  readonly coordinator: CoordinatorUnderTest;
  readonly created: Created;
  readonly snapshot: Snapshot;
  /** How far every value moved against the honest step, honest steps. */
  readonly moved: number;
  readonly honest: readonly Joined[];
}

/** Four clients take the same step; a fifth claims a billion rows and sends the opposite at the largest size that is accepted. */
async function attacked(robustness: FederationConfig["robustness"]): Promise<AfterRoundOne> {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { robustness, minClients: 5, maxClients: 5 });
  const honest = [];
  for (const name of HONEST) honest.push(await joinAs(coordinator, created, name, { train: 60 }));
  const mallory = await joinAs(coordinator, created, "mallory", { train: 1e9 });
  await organiser.until(roundOpen(1), "round 1");
  for (const { client } of honest) {
    await client.submit({ round: 1, adapter: constantAdapter(STEP), metrics: testMetrics() });
  }
  await mallory.client.submit({ round: 1, adapter: constantAdapter(-10), metrics: testMetrics() });
  const snapshot = await organiser.until(roundOpen(2), "round 2");
  const [first] = honest as [Joined, ...Joined[]];
  const shared = decodeAdapter((await first.client.fetchAdapter(2)) as Uint8Array, layout);
  const start = initialAdapter(layout, testConfig().seed);
  const [key] = [...shared.keys()];
  const moved = ((start.get(key ?? "")?.data[0] ?? 0) - (shared.get(key ?? "")?.data[0] ?? 0)) / STEP;
  return { coordinator, created, snapshot, moved, honest };
}

const eventsOf = ({ events, clients }: Snapshot, name: string) => {
  const id = clients.find((client) => client.name === name)?.id;
  return events.filter(({ clientId }) => clientId === id).map(({ text }) => text);
};

test("without protection one of five decides alone", async () => {
  const { moved, snapshot } = await attacked({ kind: "none" });
  expect(moved).toBeLessThan(-900);
  expect(eventsOf(snapshot, "mallory").some((text) => text.includes("clipped"))).toBe(false);
});

test("bounded, it moves the model by less than two honest steps, and everyone is told; also after a restart", async () => {
  const { coordinator, created, moved, snapshot } = await attacked({ kind: "clip" });
  // Rows 4 x 60 and 300, norms 1 and 4: (240 x 1 - 300 x 4) / 540.
  expect(moved).toBeCloseTo(-1.778, 2);
  expect(eventsOf(snapshot, "mallory")).toEqual([
    "mallory joined",
    "mallory's update was 1,000 times the median and was clipped to 4 times",
  ]);
  const standings = snapshot.clients.map(({ history }) => history[0]?.standing);
  expect(standings[0]).toEqual({ norm: 1, rows: 1, cosine: 1, isClipped: false, isCapped: false });
  expect(standings[4]).toEqual({ norm: 1000, rows: 16_670_000, cosine: -1, isClipped: true, isCapped: true });
  await coordinator.restart();
  const watcher = await connectClient(coordinator.url);
  const later = await watcher.watch(created.federationId, created.watchToken);
  expect(later.clients.map(({ history }) => history[0]?.standing)).toEqual(standings);
});

test.each(["multiKrum", "trimmedMean", "median"] as const)("with %s the model takes the honest step", async (kind) => {
  const { moved } = await attacked(ROBUSTNESS[kind]);
  expect(moved).toBeCloseTo(1, 3);
});

test("a method that is no plain average refuses a robust mean with a sentence", async () => {
  const coordinator = await startCoordinator();
  const client = await connectClient(coordinator.url);
  const config = testConfig({ strategy: presetOf("fedamp"), robustness: ROBUSTNESS.median });
  await expect(client.call("federation:create", { config })).rejects.toThrow(/FedAMP makes another mixture for every client/);
  await client.call("federation:create", { config: { ...config, robustness: ROBUSTNESS.clip } });
});
