/** Clients of ranks 4 and 8 in one federation, over sockets: what each is handed out, what is taken of each, and what comes of both. */
import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, initialAdapter, layoutBytes, layoutOfRank } from "@duet/lora-core/adapters/adapterLayout";
import { firstRanks, paddedTo } from "@duet/lora-core/adapters/adapterRank";
import { scaled, stackRanks } from "@duet/lora-core/adapters/adapterSum";
import { productOf } from "@duet/lora-core/adapters/testing/productOf";
import { truncateRank } from "@duet/lora-core/adapters/thinSvd";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
import { errorBetween } from "@duet/lora-core/strategies/aggregationError";
import { linearCombination } from "@duet/lora-core/tensors/arithmetic";
import { type NamedTensors, sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { normal, random } from "@duet/lora-core/tensors/random";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { createFederation, type Joined, joinAs, layout, testConfig, testMetrics } from "./support/federations.ts";
import { codeOfRefusal } from "./support/testClient.ts";

const RANK = 8;
const of = { small: layoutOfRank(layout, 4), whole: layoutOfRank(layout, RANK) };
const adapter = { ...testConfig().adapter, rank: RANK };
const seeded = initialAdapter(of.whole, testConfig().seed);
const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;

/** Seeded values, as a client might have learned or changed them. */
function made(of: AdapterLayout, seed: number): NamedTensors {
  const draw = random(seed, "ownRanks");
  return new Map(
    of.map(({ key, shape }) => [key, { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => 0.05 * normal(draw)) }]),
  );
}

async function bothIn(changes: Partial<FederationConfig>) {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { adapter, ...changes });
  const small = await joinAs(coordinator, created, "small", { train: 100, rank: 4 });
  const whole = await joinAs(coordinator, created, "whole", { train: 300 });
  await organiser.until(roundOpen(1), "round 1");
  return { coordinator, organiser, created, small, whole };
}

const send = ({ client }: Joined, round: number, tensors: NamedTensors, of: AdapterLayout) =>
  client.submit({ round, adapter: new Uint8Array(encodeAdapter(tensors, of)), metrics: testMetrics() });

async function handedOut({ client }: Joined, round: number, of: AdapterLayout): Promise<NamedTensors> {
  const blob = await client.fetchAdapter(round);
  expect(blob?.byteLength).toBe(layoutBytes(of));
  return decodeAdapter(blob ?? new Uint8Array(), of);
}

/** |B A|_F over all modules, by forming every product. */
function sizeOfProducts(adapter: NamedTensors): number {
  const modules = [...adapter]
    .filter(([key]) => key.endsWith(".lora_A.weight"))
    .map(([key]) => key.slice(0, -".lora_A.weight".length));
  const values = modules.flatMap((module) =>
    productOf(new Map([...adapter].filter(([key]) => key.startsWith(`${module}.lora`)))).flat(),
  );
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function expectClose(found: NamedTensors, expected: NamedTensors): void {
  for (const [key, { data }] of expected)
    for (const [i, value] of data.entries()) expect(found.get(key)?.data[i]).toBeCloseTo(value, 6);
}

test("each has its own ranks of what is there, sends those, and moves no others; after a restart, too", async () => {
  const { coordinator, created, ...clients } = await bothIn({ ranks: "padded" });
  let { small, whole } = clients;
  expect(await handedOut(small, 1, of.small)).toEqual(firstRanks(seeded, 4));
  expect(await handedOut(whole, 1, of.whole)).toEqual(seeded);
  // Exactly its own rank, and nothing else.
  expect(await codeOfRefusal(send(small, 1, made(of.whole, 1), of.whole))).toBe("INVALID_ADAPTER");
  expect(await codeOfRefusal(send(whole, 1, made(of.small, 1), of.small))).toBe("INVALID_ADAPTER");
  const [ofSmall, ofWhole] = [made(of.small, 1), made(of.whole, 2)];
  await send(small, 1, ofSmall, of.small);

  await coordinator.restart();
  small = await joinAs(coordinator, created, "small", { train: 100, rank: 4, resumeToken: small.resumeToken });
  whole = await joinAs(coordinator, created, "whole", { train: 300, resumeToken: whole.resumeToken, sees: "own" });
  await send(whole, 1, ofWhole, of.whole);
  const { clients: seen } = await small.client.until(roundOpen(2), "round 2");
  expect(seen.map(({ name, rank }) => [name, rank])).toEqual([
    ["small", 4],
    ["whole", undefined],
  ]);
  const next = linearCombination([1, -0.25, -0.75], [seeded, paddedTo(ofSmall, of.whole), ofWhole]);
  expectClose(await handedOut(whole, 2, of.whole), next);
  expectClose(await handedOut(small, 2, of.small), firstRanks(next, 4));
});

test("by SVD both get the best adapter of their rank for the mean of products", async () => {
  const { organiser, small, whole } = await bothIn({ ranks: "svd" });
  const [ofSmall, ofWhole] = [made(of.small, 3), made(of.whole, 4)];
  await send(small, 1, ofSmall, of.small);
  await send(whole, 1, ofWhole, of.whole);
  await organiser.until(roundOpen(2), "round 2");
  // B begins as zero, so that what the small one was not handed adds nothing.
  const mean = stackRanks([scaled(ofSmall, 0.25), scaled(ofWhole, 0.75)]);
  const best = async (joined: Joined, rank: number, of: AdapterLayout) =>
    errorBetween(truncateRank(mean, rank), await handedOut(joined, 2, of))?.overall;
  expect(await best(whole, RANK, of.whole)).toBeLessThan(1e-5);
  expect(await best(small, 4, of.small)).toBeLessThan(1e-5);
});

test("who has learned more counts for more, by the size of its own product", async () => {
  const { organiser, whole, small } = await bothIn({ ranks: "weighted", robustness: ROBUSTNESS.none });
  const [ofSmall, ofWhole] = [made(of.small, 5), made(of.whole, 6)];
  await send(small, 1, ofSmall, of.small);
  await send(whole, 1, ofWhole, of.whole);
  await organiser.until(roundOpen(2), "round 2");
  const sizes = [
    100 * sizeOfProducts(linearCombination([1, -1], [firstRanks(seeded, 4), ofSmall])),
    300 * sizeOfProducts(linearCombination([1, -1], [seeded, ofWhole])),
  ];
  const total = (sizes[0] ?? 0) + (sizes[1] ?? 0);
  const next = linearCombination(
    [1, -(sizes[0] ?? 0) / total, -(sizes[1] ?? 0) / total],
    [seeded, paddedTo(ofSmall, of.whole), ofWhole],
  );
  expectClose(await handedOut(whole, 2, of.whole), next);
});

test("a rank that may not be had is refused, and so is another one than before", async () => {
  const { coordinator, created, small } = await bothIn({ ranks: "padded" });
  await expect(joinAs(coordinator, created, "large", { rank: 9 })).rejects.toThrow(
    "INVALID_PAYLOAD: No client has a higher rank than the federation's 8: 9 is one",
  );
  await expect(joinAs(coordinator, created, "small", { rank: 2, resumeToken: small.resumeToken })).rejects.toThrow(
    "FORBIDDEN: This client came back with rank 2 and had 4; join as a new client",
  );
  const { created: alike } = await createFederation(coordinator.url, { adapter });
  await expect(joinAs(coordinator, alike, "small", { rank: 4 })).rejects.toThrow("All clients have rank 8 here, not 4");
  await joinAs(coordinator, alike, "same", { rank: 8 });
  const scaffold = { id: "scaffold", preset: "standard", config: {} };
  await expect(createFederation(coordinator.url, { ranks: "padded", strategy: scaffold })).rejects.toThrow(
    /SCAFFOLD sends more than what a client changed of the shared adapter/,
  );
});

test("who tells its figures to nobody tells others no rank either", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { adapter, ranks: "padded" });
  await joinAs(coordinator, created, "quiet", { rank: 4, figures: "nobody" });
  const { clients } = await organiser.until(({ clients: all }) => all.length === 1, "the quiet one");
  expect(clients[0]).toMatchObject({ name: "quiet", device: null });
  expect(clients[0]?.rank).toBeUndefined();
});
