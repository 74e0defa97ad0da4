import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, layout, testMetrics } from "./support/federations.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;

test("two clients join, two rounds are aggregated as computed by hand, and a fusing round ends it", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url);
  const anna = await joinAs(coordinator, created, "anna", { train: 300 });
  const waiting = await organiser.until((snapshot) => snapshot.clients.length === 1, "anna is listed");
  expect(waiting).toMatchObject({ phase: "waiting", note: "Waiting for 1 more client before the next round opens." });
  const bram = await joinAs(coordinator, created, "bram", { train: 100 });

  await organiser.until(roundOpen(1), "round 1");
  const initial = initialAdapter(layout, 7);
  const first = await anna.client.fetchAdapter(1);
  expect(decodeAdapter(first as Uint8Array, layout)).toEqual(initial);
  await anna.client.submit({ round: 1, adapter: constantAdapter(0.5), metrics: testMetrics({ trainLoss: 0.2 }) });
  await bram.client.submit({ round: 1, adapter: constantAdapter(-0.1), metrics: testMetrics({ trainLoss: 1 }) });

  // theta' = theta - (300 * 0.5 + 100 * -0.1) / 400 = theta - 0.35
  await organiser.until(roundOpen(2), "round 2");
  const second = await bram.client.fetchAdapter(2);
  const served = decodeAdapter(second as Uint8Array, layout);
  for (const [key, { data }] of initial) {
    data.forEach((value, index) => {
      expect(served.get(key)?.data[index]).toBeCloseTo(value - 0.35, 6);
    });
  }
  await bram.client.submit({ round: 2, adapter: constantAdapter(0.2), metrics: testMetrics() });
  await anna.client.submit({ round: 2, adapter: constantAdapter(0.2), metrics: testMetrics() });

  await organiser.until(roundOpen(3), "the fusing round");
  const fused = testMetrics({
    trainLoss: null,
    fusion: { personal: 0.4, shared: 0.6, evaluations: 20, forwardTokens: 4000, seconds: 2.5 },
  });
  await anna.client.submit({ round: 3, adapter: null, metrics: fused });
  await bram.client.submit({ round: 3, adapter: null, metrics: fused });
  const end = await organiser.until(({ phase }) => phase === "finished", "the end");

  const both = [anna.clientId, bram.clientId];
  expect(end.rounds).toMatchObject([
    { round: 1, stage: "federated", participants: both, aggregated: both, meanLoss: (300 * 0.2 + 100 * 1) / 400 },
    { round: 2, stage: "federated", meanLoss: 0.5 },
    { round: 3, stage: "fusing", meanLoss: null },
  ]);
  const size = constantAdapter(0).byteLength;
  expect(end).toMatchObject({ openRound: null, adapterBytes: size, modelBytes: 4 * 3_803_392 });
  expect(end.clients).toMatchObject([
    { name: "anna", status: "present", bytesUp: 2 * size, bytesDown: size, history: [{ round: 1 }, { round: 2 }, { round: 3 }] },
    { name: "bram", bytesUp: 2 * size, bytesDown: size },
  ]);

  const address = `${coordinator.url}/federations/${created.federationId}/adapters/2.safetensors`;
  const answer = await fetch(address, { headers: { "x-watch-token": created.watchToken } });
  const stored = readSafetensors(new Uint8Array(await answer.arrayBuffer()));
  const key = layout[0]?.key as string;
  expect(stored.get(key)?.data[3]).toBeCloseTo((initial.get(key)?.data[3] as number) - 0.35 - 0.2, 6);
});
