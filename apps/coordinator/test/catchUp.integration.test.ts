import { createHash } from "node:crypto";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, testMetrics } from "./support/federations.ts";
import { codeOfRefusal } from "./support/testClient.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;

test("a first round that closes while its adapter is sent is told as closed: it is caught up with then, without the adapter", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { strategy: presetOf("fdlora", "paper") });
  const anna = await joinAs(coordinator, created, "anna", { isNew: true });
  const bram = await joinAs(coordinator, created, "bram", { isNew: true });
  await organiser.until(roundOpen(0), "the first round");
  const adapter = constantAdapter(0.25);
  await anna.client.submit({ round: 0, adapter, metrics: testMetrics() });
  const { federationId, organiserKey } = created;
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "closeRound" } });
  expect((await organiser.until(roundOpen(1), "round 1")).catchingUp).toEqual([bram.clientId]);
  const blob = { sha256: createHash("sha256").update(adapter).digest("hex"), bytes: adapter.byteLength };
  const told = (sent: typeof blob | null) =>
    codeOfRefusal(bram.client.call("round:submit", { round: 0, adapter: sent, metrics: testMetrics() }));
  expect(await told(blob)).toBe("WRONG_ROUND");
  expect(await told(null)).toBe("OK");
  // What was counted is not asked for again.
  expect(await told(blob)).toBe("OK");
});
