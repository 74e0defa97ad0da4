import { clientIdentity } from "@duet/client/clientIdentity";
import type { SessionStage } from "@duet/client/sessionState";
import { snapshotOf } from "@duet/client/testing/snapshots";
import { explain } from "@duet/lora-core/errors/duetError";
import { snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { type PastFederation, partingOf, pastFederation, pastFederationOf } from "./pastFederation.ts";

const past: PastFederation = {
  version: 1,
  config: snapshotOf().config,
  federationId: "f1",
  clientId: "anna",
  identity: null,
  isArchived: false,
  out: null,
  phase: null,
  createdAt: 1,
  endedAt: 2,
  clients: 2,
  samples: { train: 60, fusion: 10, test: 30 },
  accuracy: { base: 0.3, personal: 0.8, shared: 0.8, fused: 0.9 },
  alone: null,
  usesAlone: false,
  bytesUp: null,
  bytesDown: null,
};

test("what is remembered of a federation is enough for its page, older than whatever the coordinator says", () => {
  const parting = partingOf(past);
  expect(snapshot.parse(parting)).toMatchObject({ federationId: "f1", phase: "finished", endedAt: 2, revision: 0 });
});

test("a record of before there was a choice uses what the method serves", () => {
  const { usesAlone: _, ...before } = past;
  expect(pastFederation.parse(before).usesAlone).toBe(false);
  expect(pastFederation.parse({ ...before, usesAlone: true }).usesAlone).toBe(true);
});

const adapters = {
  round: 0,
  personal: new Uint8Array(),
  shared: new Uint8Array(),
  fusion: null,
  figures: null,
  merged: null,
  served: null,
  alone: null,
};
const identity = clientIdentity.parse({ federationId: "f1", inviteToken: "i", name: "anna", clientId: "anna", resumeToken: "r" });
const remembered = (stage: SessionStage, held: typeof adapters | null = adapters) =>
  pastFederationOf(snapshotOf(), { clientId: "anna", own: null, samples: null, stage, adapters: held }, identity, 7);

test("a client that was taken out or failed is remembered with what it has learned, so that any tab finds its adapters", () => {
  const removed = remembered({ kind: "removed", reason: "The organiser removed this client", why: "removed" });
  expect(pastFederation.parse(removed)).toMatchObject({
    out: "removed",
    endedAt: 7,
    identity: { removed: "The organiser removed this client", exit: "removed" },
  });
  const failed = remembered({ kind: "failed", failure: explain(new Error("out of memory")) });
  expect(failed).toMatchObject({ out: "failed", identity: { removed: null } });
});

test("one that takes part, left, goes on in another tab, or has learned nothing is not", () => {
  expect(remembered({ kind: "waiting" })).toBeNull();
  expect(remembered({ kind: "removed", reason: "You left this federation.", why: "left" })).toBeNull();
  expect(remembered({ kind: "removed", reason: "Elsewhere", why: "elsewhere" })).toBeNull();
  expect(remembered({ kind: "removed", reason: "Removed", why: "removed" }, null)).toBeNull();
});
