/** Disks flip bits and lose files: what is stored is checked whenever it is read, and the one that is damaged is named. */
import { open, readdir, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { blobPath, RESUME_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, layout, testMetrics } from "./support/federations.ts";
import { blobRefOf, connectClient } from "./support/testClient.ts";

const submission = (round: number, value: number) => ({ round, adapter: constantAdapter(value), metrics: testMetrics() });

async function flipBit(path: string): Promise<void> {
  const file = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, 1001);
  byte.writeUInt8(byte.readUInt8() ^ 0x10);
  await file.write(byte, 0, 1, 1001);
  await file.close();
}

async function inRoundOne() {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url);
  const [anna, bram] = [await joinAs(coordinator, created, "anna"), await joinAs(coordinator, created, "bram")];
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  const folder = join(coordinator.dataDir, "blobs", created.federationId);
  return {
    coordinator,
    organiser,
    created,
    anna,
    bram,
    fileOf: (content: Uint8Array) => join(folder, blobRefOf(content).sha256),
    folder,
  };
}

test.each<[string, (path: string) => Promise<void>]>([
  ["with a flipped bit", flipBit],
  ["cut short", (path) => truncate(path, 1000)],
  ["that is gone", (path) => rm(path)],
])("a submission %s is not averaged: its client is asked for it again", async (_, damage) => {
  const { organiser, anna, bram, fileOf } = await inRoundOne();
  await anna.client.submit(submission(1, 0.2));
  await damage(fileOf(constantAdapter(0.2)));
  await bram.client.submit(submission(1, 0.4));
  const asked = await organiser.until(({ openRound }) => openRound?.attempt === 2, "the second attempt");
  expect(asked.openRound).toMatchObject({ round: 1, submitted: [bram.clientId] });
  expect(asked.clients[0]).toMatchObject({
    history: [{ round: 1 }],
    note: expect.stringMatching(/^its adapter of round 1 was damaged/),
  });
  expect(asked.events.at(-1)).toMatchObject({
    clientId: anna.clientId,
    text: expect.stringMatching(/^anna: the adapter .* damaged/),
  });
  await bram.client.submit(submission(1, 0.9));
  await anna.client.submit(submission(1, 0.2));
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  const served = decodeAdapter((await anna.client.fetchAdapter(2)) as Uint8Array, layout);
  for (const [key, { data }] of initialAdapter(layout, 7)) {
    data.forEach((value, index) => {
      expect(served.get(key)?.data[index]).toBeCloseTo(value - 0.3, 6);
    });
  }
});

test("a damaged submission of who has left is left out, and the round ends", async () => {
  const { organiser, anna, bram, fileOf } = await inRoundOne();
  await anna.client.submit(submission(1, 0.2));
  await anna.client.call("client:leave", {});
  await flipBit(fileOf(constantAdapter(0.2)));
  await bram.client.submit(submission(1, 0.4));
  const next = await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  expect(next.rounds[0]).toMatchObject({ aggregated: [bram.clientId] });
  expect(next.events.map(({ text }) => text)).toContain(
    "anna: the adapter of round 1 was damaged on the coordinator's disk; it is left out",
  );
});

test("a damaged shared adapter is handed to nobody, and what clients fetch of it is made again", async () => {
  const { coordinator, organiser, created, anna, bram, folder } = await inRoundOne();
  const fetched = await anna.client.fetchAdapter(1);
  const { sha256 } = blobRefOf(fetched as Uint8Array);
  await flipBit(join(folder, sha256));
  const named = coordinator.url + blobPath(created.federationId, sha256);
  expect((await fetch(named, { headers: { [RESUME_TOKEN_HEADER]: anna.resumeToken } })).status).toBe(404);
  expect(await anna.client.fetchAdapter(1)).toEqual(fetched);

  await anna.client.submit(submission(1, 0.2));
  await bram.client.submit(submission(1, 0.4));
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  await expect.poll(() => readdir(folder)).toHaveLength(2);
  for (const name of await readdir(folder)) await flipBit(join(folder, name));
  const { federationId, watchToken } = created;
  const address = `${coordinator.url}/federations/${federationId}/adapters/1.safetensors`;
  const answer = await fetch(address, { headers: { "x-watch-token": watchToken } });
  expect([answer.status, await answer.json()]).toEqual([
    500,
    { error: "adapter/1 is damaged on the coordinator's disk (its bytes have changed)" },
  ]);
  await coordinator.restart();
  const watching = (await connectClient(coordinator.url)).call("federation:watch", { federationId, token: watchToken });
  await expect(watching).rejects.toThrow(/^NOT_READABLE: .*: (adapter|memory)\/1 is damaged on the coordinator's disk/);
});
