import { snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import type { PastFederation } from "../services/pastFederation.ts";
import { forgottenWords } from "./forgetView.ts";
import { comparedFacts, comparedIn, comparePath, comparisonWarning, pastView } from "./pastView.ts";

const pastOf = (federationId: string, changes: Partial<PastFederation> = {}): PastFederation => ({
  version: 1,
  config: snapshotOf({}).config,
  federationId,
  clientId: "a",
  identity: null,
  isArchived: false,
  out: null,
  phase: null,
  createdAt: 0,
  endedAt: 200_000,
  clients: 3,
  samples: { train: 120, fusion: 20, test: 48 },
  accuracy: { base: 0.36, personal: 0.8, shared: 0.81, fused: 0.85 },
  alone: 0.79,
  usesAlone: false,
  bytesUp: 1_700_000,
  bytesDown: 2_000_000,
  ...changes,
});

test("a card says what the federation brought over learning alone, or over the untouched base", () => {
  expect(pastView(pastOf("f"))).toMatchObject({
    name: "ward notes",
    from: 0.79,
    to: 0.85,
    of: "of your 48 test rows right: alone, with the federation",
  });
  expect(pastView(pastOf("f")).facts).toContain("3 clients");
  expect(pastView(pastOf("f", { alone: null }))).toMatchObject({ from: 0.36, of: expect.stringContaining("the untouched base") });
  // What was served, even where another has more of these rows right.
  expect(pastView(pastOf("f", { accuracy: { base: 0.36, personal: 0.9, shared: 0.81, fused: 0.85 } })).to).toBe(0.85);
  const removed = pastOf("f", { out: "removed", accuracy: { base: null, personal: null, shared: null, fused: null } });
  expect(pastView(removed)).toMatchObject({ to: null, of: "not measured yet; what was learned is kept" });
  expect(pastView(removed).facts).toMatch(/taken out before its end$/);
  const text = pastOf("f", { accuracy: { base: null, personal: null, shared: null, fused: null } });
  expect(pastView(text)).toMatchObject({ from: null, to: null });
});

test("runs stand side by side in the order of the address, and other test rows are warned of", () => {
  const runs = [pastOf("one"), pastOf("two", { bytesUp: 812, samples: { train: 120, fusion: 20, test: 30 } })];
  const named = comparedIn(new URL(comparePath(["two", "gone", "one"]), "http://x").search, runs);
  expect(named.map(({ federationId }) => federationId)).toEqual(["two", "one"]);
  const facts = new Map(comparedFacts(named).map(({ label, values }) => [label, values]));
  expect(facts.get("Learning alone")).toEqual(["0.79", "0.79"]);
  const without = comparedFacts([pastOf("one", { alone: null }), pastOf("two", { alone: null })]);
  expect(without.map(({ label }) => label)).not.toContain("Learning alone");
  expect(facts.get("Sent by you")).toEqual(["812 B", "1.70 MB"]);
  expect(facts.get("From its creation to its end")).toEqual(["3 min 20 s", "3 min 20 s"]);
  expect(comparisonWarning(runs)).toContain("tested on other rows");
  expect(comparisonWarning([pastOf("one"), pastOf("two")])).toBeNull();
});

test("what was forgotten is said, and what cannot be", () => {
  const words = forgottenWords("Ward notes", { rows: 188, adapters: true, entries: 1, identity: false });
  expect(words).toContain("188 rows, your adapters, the list of what left, 1 entry.");
  expect(words).toContain("What was sent before is with the others");
  expect(words).not.toContain("the way back");
  const nothing = { rows: 0, adapters: false, entries: 0, identity: false };
  expect(forgottenWords("Ward notes", nothing)).toContain("There was nothing of it here");
});
