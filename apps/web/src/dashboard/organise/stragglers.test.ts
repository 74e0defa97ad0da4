import { clientOf, collecting } from "@duet/client/testing/snapshots";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { stragglers } from "./stragglers.ts";

const clients = ["anna", "bram", "chen", "dewi", "elif"].map((id) => clientOf(id));

function without(participants: string[], change: Partial<NonNullable<Snapshot["openRound"]>>): readonly string[] {
  const snapshot = collecting(1, { clients, ...(change.exchange ? { phase: "exchanging" } : {}) });
  const { openRound } = snapshot;
  return stragglers({ ...snapshot, openRound: openRound && { ...openRound, participants, ...change } });
}

test("a round goes on without those who have not answered, once somebody has; of a crowd nobody is named", () => {
  const three = ["anna", "bram", "chen"];
  expect(without(three, { submitted: [] })).toEqual([]);
  expect(without(three, { submitted: ["bram"] })).toEqual(["anna", "chen"]);
  expect(without([...three, "dewi", "elif"], { submitted: ["bram"] })).toEqual([]);
  expect(stragglers({ ...collecting(1, { clients }), openRound: null })).toEqual([]);
});

test("while updates are summed securely it goes on without those who have not answered the step", () => {
  const summing = (answered: string[]) => {
    const exchange = { attempt: 1, step: "shares" as const, asked: ["anna", "bram"], answered, clip: null };
    return without(["anna", "bram", "chen"], { submitted: ["anna", "bram"], exchange });
  };
  expect(summing([])).toEqual([]);
  expect(summing(["bram"])).toEqual(["anna"]);
});
