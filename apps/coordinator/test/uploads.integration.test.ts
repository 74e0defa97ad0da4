/** Uploads in each format over real sockets: what is counted, what comes out of it, and what is refused. */

import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import type { UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { receivedLayout } from "@duet/lora-core/strategies/exchange";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { decodeUpload, encodeUpload, type UploadForm } from "@duet/lora-core/strategies/uploadCodec";
import { linearCombination } from "@duet/lora-core/tensors/arithmetic";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { normal, random } from "@duet/lora-core/tensors/random";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { createFederation, joinAs, layout, testConfig, testMetrics } from "./support/federations.ts";
import { blobRefOf, clientOwner, putPiece } from "./support/testClient.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;

const initial = initialAdapter(layout, testConfig().seed);

/** What a training moves. */
function moved(client: string): NamedTensors {
  const uniform = random(4, client);
  return new Map([...initial].map(([key, { shape, data }]) => [key, { shape, data: data.map(() => 0.01 * normal(uniform)) }]));
}

/** Two clients in the first round of a federation whose uploads are coded so. */
async function federationOf(coding: UploadCoding, method = "fedavg") {
  const coordinator = await startCoordinator();
  const strategy = presetOf(method);
  const { organiser, created } = await createFederation(coordinator.url, { strategy, upload: coding });
  const anna = await joinAs(coordinator, created, "anna", { train: 100 });
  const bram = await joinAs(coordinator, created, "bram", { train: 100 });
  await organiser.until(roundOpen(1), "round 1");
  const { upload } = methodOf(strategy).plan(testConfig().budgets, { round: 1, isNewcomer: false });
  if (!upload) throw new Error("This method shares nothing");
  const form: UploadForm = { layout, upload, coding };
  return { coordinator, organiser, created, anna, bram, form };
}

/** The blob of what a client sends, as its engine writes it. */
function blobOf(form: UploadForm, sent: NamedTensors, name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodeUpload(form, sent, { origin: initial, residual: null }, random(5, name)).blob);
}

test.each([
  ["f16", null, 2],
  ["int8", null, 4],
  ["int4", null, 8],
  ["int8", 0.25, 10],
] as const)("as %s, %s: the mean is of what travelled, and so are the bytes that are counted", async (format, topK, least) => {
  const { organiser, anna, bram, form } = await federationOf({ format, topK });
  const blobs = [blobOf(form, moved("anna"), "anna"), blobOf(form, moved("bram"), "bram")] as const;
  await anna.client.submit({ round: 1, adapter: blobs[0], metrics: testMetrics() });
  await bram.client.submit({ round: 1, adapter: blobs[1], metrics: testMetrics() });
  const { clients } = await organiser.until(roundOpen(2), "round 2");
  expect(clients.map(({ bytesUp }) => bytesUp)).toEqual(blobs.map(({ byteLength }) => byteLength));
  expect(layoutBytes(layout) / blobs[0].byteLength).toBeGreaterThanOrEqual(least);
  const served = decodeAdapter((await anna.client.fetchAdapter(2)) as Uint8Array, layout);
  const expected = linearCombination([1, -0.5, -0.5], [initial, ...blobs.map((blob) => decodeUpload(form, blob))]);
  for (const [key, { data }] of expected) {
    for (const [i, value] of data.entries()) expect(served.get(key)?.data[i]).toBeCloseTo(value, 6);
  }
});

test("a value is put together with what its client was handed out", async () => {
  const { organiser, anna, bram, form } = await federationOf({ format: "int8", topK: null }, "fedalt");
  const values = {
    anna: linearCombination([1, 1], [initial, moved("anna")]),
    bram: linearCombination([1, 1], [initial, moved("bram")]),
  };
  await anna.client.submit({ round: 1, adapter: blobOf(form, values.anna, "anna"), metrics: testMetrics() });
  await bram.client.submit({ round: 1, adapter: blobOf(form, values.bram, "bram"), metrics: testMetrics() });
  await organiser.until(roundOpen(2), "round 2");
  // FedALT hands out the mean of the others; int8 is off by a hundredth of the largest in its block at most.
  const blob = (await anna.client.fetchAdapter(2)) as Uint8Array;
  const got = decodeAdapter(blob, receivedLayout(layout, { part: "all", extra: null }, blob.byteLength));
  for (const [key, { data }] of values.bram) {
    for (const [i, value] of data.entries()) expect(Math.abs((got.get(key)?.data[i] ?? 0) - value)).toBeLessThan(6e-4);
  }
});

test("an upload goes on where it broke off, and said again it counts once", async () => {
  const { coordinator, organiser, created, anna, bram, form } = await federationOf({ format: "int4", topK: null });
  const blob = blobOf(form, moved("anna"), "anna");
  const owner = clientOwner(coordinator.url, created.federationId, anna.resumeToken);
  const half = Math.floor(blob.byteLength / 2);
  expect(await putPiece(owner, blob, { end: half })).toBe(half);
  const submission = { round: 1, adapter: blobRefOf(blob), metrics: testMetrics() };
  expect(await anna.client.codeOf("round:submit", submission)).toBe("BLOB_MISSING");
  expect(await putPiece(owner, blob, { start: half })).toBe(blob.byteLength);
  await anna.client.call("round:submit", submission);
  // The same client comes to the same bytes, and is told that they are there.
  await anna.client.submit({ round: 1, adapter: blobOf(form, moved("anna"), "anna"), metrics: testMetrics() });
  await bram.client.submit({ round: 1, adapter: blobOf(form, moved("bram"), "bram"), metrics: testMetrics() });
  const { clients } = await organiser.until(roundOpen(2), "round 2");
  expect(clients[0]?.bytesUp).toBe(blob.byteLength);
});

test("bytes that are no such upload are refused with a sentence, and the federation goes on", async () => {
  const { organiser, anna, bram, form } = await federationOf({ format: "int8", topK: null });
  const good = blobOf(form, moved("anna"), "anna");
  const submit = (adapter: Uint8Array<ArrayBuffer>) => anna.client.submit({ round: 1, adapter, metrics: testMetrics() });
  const size = good.byteLength;
  await expect(submit(new Uint8Array(4 * size))).rejects.toThrow(
    `INVALID_ADAPTER: Round 1 takes adapters of ${size} bytes, not of ${4 * size}`,
  );
  await expect(submit(new Uint8Array(size).fill(0xff))).rejects.toThrow(
    "INVALID_ADAPTER: The upload has a step that is negative or not finite",
  );
  await expect(submit(good.map((byte, i) => (i % 2 === 0 ? 0xff : byte | 0x7f)))).rejects.toThrow(
    "INVALID_ADAPTER: The upload has a digit that its format does not have",
  );
  // Steps of 65,504, which no training comes to.
  const swamping = good.map((byte, i) => (i % 2 === 0 ? byte : (byte & 0x7f) | (((0x7bff >> ((i >> 1) & 15)) & 1) << 7)));
  await expect(submit(swamping)).rejects.toThrow(/INVALID_ADAPTER: The adapter's norm is/);
  await submit(good);
  await bram.client.submit({ round: 1, adapter: blobOf(form, moved("bram"), "bram"), metrics: testMetrics() });
  expect((await organiser.until(roundOpen(2), "round 2")).rounds[0]?.aggregated.length).toBe(2);
});
