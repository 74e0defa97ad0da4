/** Methods that exchange something else than one adapter for everyone, over real sockets. */
import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, initialAdapter, layoutOfRank } from "@duet/lora-core/adapters/adapterLayout";
import { entriesOf } from "@duet/lora-core/adapters/adapterPart";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { type NamedTensors, sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { createFederation, type Joined, joinAs, layout, testConfig, testMetrics } from "./support/federations.ts";
import { codeOfRefusal } from "./support/testClient.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;

/** Every value of A and of B the same. */
function adapterOf(wire: AdapterLayout, a: number, b: number): Uint8Array<ArrayBuffer> {
  const tensors: NamedTensors = new Map(
    wire.map(({ key, shape }) => [key, { shape, data: new Float32Array(sizeOf(shape)).fill(key.includes("lora_A") ? a : b) }]),
  );
  return new Uint8Array(encodeAdapter(tensors, wire));
}

/** A federation of two with that method, in its first round. */
async function federationWith(method: string) {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { strategy: presetOf(method) });
  const anna = await joinAs(coordinator, created, "anna", { train: 100 });
  const bram = await joinAs(coordinator, created, "bram", { train: 100 });
  await organiser.until(roundOpen(1), "round 1");
  const submit = ({ client }: Joined, round: number, adapter: Uint8Array<ArrayBuffer>) =>
    client.submit({ round, adapter, metrics: testMetrics() });
  const fetch = async ({ client }: Joined, round: number) => (await client.fetchAdapter(round)) ?? new Uint8Array();
  return { coordinator, organiser, created, anna, bram, submit, fetch };
}

test("FedALT gives each client the mean of the others", async () => {
  const { organiser, anna, bram, submit, fetch } = await federationWith("fedalt");
  await submit(anna, 1, adapterOf(layout, 0.25, 0.5));
  await submit(bram, 1, adapterOf(layout, -0.75, 0.125));
  await organiser.until(roundOpen(2), "round 2");
  expect(await fetch(anna, 2)).toEqual(adapterOf(layout, -0.75, 0.125));
  expect(await fetch(bram, 2)).toEqual(adapterOf(layout, 0.25, 0.5));
});

/** Round 2 is open, and how far round 1 was from the mean is told, which comes a little later. */
const gauged = (snapshot: Snapshot) => roundOpen(2)(snapshot) && snapshot.rounds[0]?.aggregationError !== null;

test("FFA-LoRA sends B alone, is counted by what it sends, and averages without error", async () => {
  const { organiser, anna, bram, submit, fetch } = await federationWith("ffa-lora");
  const onlyB = entriesOf(layout, "b");
  await submit(anna, 1, adapterOf(onlyB, 0, -0.5));
  expect(await codeOfRefusal(submit(anna, 1, adapterOf(layout, 0, 1)))).toBe("OK");
  expect(await codeOfRefusal(submit(bram, 1, adapterOf(layout, 0, 1)))).toBe("INVALID_ADAPTER");
  await submit(bram, 1, adapterOf(onlyB, 0, 0.25));
  const { rounds, clients, moduleErrors } = await organiser.until(gauged, "round 2 and the gauge of round 1");
  const sent = adapterOf(onlyB, 0, 0).byteLength;
  expect(clients.map(({ bytesUp }) => bytesUp)).toEqual([sent, sent]);
  expect(await fetch(anna, 2)).toEqual(adapterOf(onlyB, 0, 0.125));
  expect(rounds[0]?.aggregationError).toBeLessThan(1e-6);
  expect(moduleErrors.length).toBeGreaterThan(0);
});

test("FLoRA's download grows by what was merged, and every round starts afresh", async () => {
  const { organiser, anna, bram, submit, fetch } = await federationWith("flora");
  await submit(anna, 1, adapterOf(layout, 0.25, 0.5));
  await submit(bram, 1, adapterOf(layout, 0.5, -0.125));
  const { rounds } = await organiser.until(gauged, "round 2 and the gauge of round 1");
  expect(rounds[0]?.aggregationError).toBeLessThan(1e-6);
  // Rank 2 of its own and two clients' rank 2.
  const received = decodeAdapter(await fetch(bram, 2), layoutOfRank(layout, 6));
  const key = layout[0]?.key ?? "";
  const own = initialAdapter(layout, testConfig().seed).get(key);
  expect(received.get(key)?.data.slice(0, own?.data.length)).toEqual(own?.data);
});

test("FedAvg's averaging error is told; a method that cannot do the task is refused", async () => {
  const { organiser, anna, bram, submit } = await federationWith("fedavg");
  await submit(anna, 1, adapterOf(layout, 0.25, 0.5));
  await submit(bram, 1, adapterOf(layout, -0.5, -0.25));
  const { rounds } = await organiser.until(gauged, "round 2 and the gauge of round 1");
  expect(rounds[0]?.aggregationError).toBeGreaterThan(0.05);
  const config = testConfig({ strategy: presetOf("fedrod"), task: { kind: "text" } });
  expect(await organiser.codeOf("federation:create", { config })).toBe("INVALID_PAYLOAD");
});
