/** A federation that starts from an adapter its organiser brings. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, layout, testConfig } from "./support/federations.ts";
import { codeOfRefusal, connectClient, organiserOwner, putPiece } from "./support/testClient.ts";

const brought = constantAdapter(0.25);
const config = testConfig({ initialAdapter: sha256Of(brought), minClients: 1 });

/** Creates one that starts from `named`, and says how to send that. */
async function draft(url: string, named: Uint8Array) {
  const organiser = await connectClient(url);
  const created = await organiser.call("federation:create", { config: { ...config, initialAdapter: sha256Of(named) } });
  return { organiser, created, owner: organiserOwner(url, created.federationId, created.organiserKey) };
}

test("opens once its adapter has arrived; its first round hands it out, and whoever may watch can download it", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created, owner } = await draft(coordinator.url, brought);
  const { federationId, watchToken } = created;
  expect(await putPiece(owner, brought, { end: 1000 })).toBe(1000);
  expect(await organiser.codeOf("federation:watch", { federationId, token: watchToken })).toBe("NOT_FOUND");
  expect((await organiser.call("federation:list", {})).federations).toEqual([]);
  expect(await putPiece(owner, brought, { start: 1000 })).toBe(brought.byteLength);
  // Its answer may have been lost.
  expect(await putPiece(owner, brought, { start: 1000 })).toBe(brought.byteLength);

  const anna = await joinAs(coordinator, created, "anna");
  await anna.client.until(({ openRound }) => openRound?.round === 1, "round 1");
  expect(await anna.client.fetchAdapter(1)).toEqual(brought);

  const address = `${coordinator.url}/federations/${federationId}/adapters/initial.safetensors`;
  const refused = await fetch(address);
  expect([refused.status, await refused.json()]).toEqual([403, { error: "This link opens no federation here" }]);
  const response = await fetch(address, { headers: { "x-watch-token": watchToken } });
  const tensors = readSafetensors(new Uint8Array(await response.arrayBuffer()));
  expect(Buffer.from(encodeAdapter(tensors, layout)).equals(brought)).toBe(true);
});

test("is refused another adapter than it names, one that is none, and anybody but its organiser", async () => {
  const { url } = await startCoordinator();
  const { created, owner } = await draft(url, brought);
  expect(await codeOfRefusal(putPiece(owner, constantAdapter(0.5)))).toBe("INVALID_ADAPTER");
  expect(await codeOfRefusal(putPiece(owner, constantAdapter(0.5), { name: sha256Of(brought) }))).toBe("BLOB_MISSING");
  const stranger = organiserOwner(url, created.federationId, created.watchToken);
  expect(await codeOfRefusal(putPiece(stranger, brought))).toBe("FORBIDDEN");
  const short = brought.slice(4);
  expect(await codeOfRefusal(putPiece((await draft(url, short)).owner, short))).toBe("INVALID_ADAPTER");
  const huge = constantAdapter(1000);
  const swamping = (await draft(url, huge)).owner;
  expect(await codeOfRefusal(putPiece(swamping, huge))).toBe("INVALID_ADAPTER");
  expect(await codeOfRefusal(putPiece(swamping, huge))).toBe("NOT_FOUND");
  expect(await putPiece(owner, brought)).toBe(brought.byteLength);
});

test("is forgotten with what arrived of it when nothing more comes, and when the coordinator goes down", async () => {
  const coordinator = await startCoordinator();
  const { owner } = await draft(coordinator.url, brought);
  await putPiece(owner, brought, { end: 1000 });
  const folder = join(coordinator.dataDir, "uploads");
  expect(await readdir(folder)).toHaveLength(1);
  coordinator.clock.advance(10 * 60_000);
  await expect.poll(() => readdir(folder)).toEqual([]);
  expect(await codeOfRefusal(putPiece(owner, brought, { start: 1000 }))).toBe("NOT_FOUND");
  await putPiece((await draft(coordinator.url, brought)).owner, brought, { end: 1000 });
  await coordinator.restart();
  expect(await readdir(folder)).toEqual([]);
});

test("one that starts from its seed has no initial adapter to download", async () => {
  const { url } = await startCoordinator();
  const { created } = await createFederation(url);
  const address = `${url}/federations/${created.federationId}/adapters/initial.safetensors`;
  const missing = await fetch(address, { headers: { "x-watch-token": created.watchToken } });
  expect([missing.status, await missing.json()]).toEqual([404, { error: 'There is no shared adapter "initial"' }]);
});
