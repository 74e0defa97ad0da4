import { snapshotOf } from "@duet/client/testing/snapshots";
import { snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { type PastFederation, partingOf } from "./pastFederation.ts";

const past: PastFederation = {
  version: 1,
  config: snapshotOf().config,
  federationId: "f1",
  clientId: "anna",
  identity: null,
  isArchived: false,
  createdAt: 1,
  endedAt: 2,
  clients: 2,
  samples: { train: 60, fusion: 10, test: 30 },
  accuracy: { base: 0.3, personal: 0.8, shared: 0.8, fused: 0.9 },
  alone: null,
  bytesUp: null,
  bytesDown: null,
};

test("what is remembered of a federation is enough for its page, older than whatever the coordinator says", () => {
  const parting = partingOf(past);
  expect(snapshot.parse(parting)).toMatchObject({ federationId: "f1", phase: "finished", endedAt: 2, revision: 0 });
});
