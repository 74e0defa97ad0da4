/** A federation that starts from an adapter its organiser brings. */
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, layout, testConfig } from "./support/federations.ts";
import { connectClient } from "./support/testClient.ts";

const brought = constantAdapter(0.25);
const config = testConfig({ initialAdapter: sha256Of(brought), minClients: 1 });

test("its first round hands the adapter out, and whoever may watch can download it", async () => {
  const coordinator = await startCoordinator();
  const organiser = await connectClient(coordinator.url);
  const created = await organiser.call("federation:create", { config, initialAdapter: brought });
  const anna = await joinAs(coordinator, created, "anna");
  await anna.client.until(({ openRound }) => openRound?.round === 1, "round 1");
  const { adapter } = await anna.client.call("round:fetch", { round: 1 });
  expect(adapter && Buffer.from(adapter).equals(brought)).toBe(true);

  const address = `${coordinator.url}/federations/${created.federationId}/adapters/initial.safetensors`;
  const refused = await fetch(address);
  expect([refused.status, await refused.json()]).toEqual([403, { error: "This needs the federation's watch token" }]);
  const response = await fetch(address, { headers: { "x-watch-token": created.watchToken } });
  const tensors = readSafetensors(new Uint8Array(await response.arrayBuffer()));
  expect(Buffer.from(encodeAdapter(tensors, layout)).equals(brought)).toBe(true);
});

test("is refused without the adapter it names, with another one, and with one that is none", async () => {
  const { url } = await startCoordinator();
  const organiser = await connectClient(url);
  const codeOf = (initialAdapter: Uint8Array | null, named: string | null) =>
    organiser.codeOf("federation:create", { config: { ...config, initialAdapter: named }, initialAdapter });
  expect(await codeOf(null, sha256Of(brought))).toBe("INVALID_ADAPTER");
  expect(await codeOf(constantAdapter(0.5), sha256Of(brought))).toBe("INVALID_ADAPTER");
  expect(await codeOf(brought, null)).toBe("INVALID_ADAPTER");
  const short = brought.slice(4);
  expect(await codeOf(short, sha256Of(short))).toBe("INVALID_ADAPTER");
  const huge = constantAdapter(1000);
  expect(await codeOf(huge, sha256Of(huge))).toBe("INVALID_ADAPTER");
});

test("one that starts from its seed has no initial adapter to download", async () => {
  const { url } = await startCoordinator();
  const { created } = await createFederation(url);
  const address = `${url}/federations/${created.federationId}/adapters/initial.safetensors`;
  const missing = await fetch(address, { headers: { "x-watch-token": created.watchToken } });
  expect([missing.status, await missing.json()]).toEqual([404, { error: 'There is no shared adapter "initial"' }]);
});
