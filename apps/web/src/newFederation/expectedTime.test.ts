import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { decoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { expectedTime } from "./expectedTime.ts";

const task = { kind: "label" as const, labels: ["a", "b"] };
const config = (choices: Partial<Parameters<typeof defaultFederation>[0]> = {}) =>
  defaultFederation({ name: "notes", model: decoderBase, task, innerSteps: 10, rounds: 4, ...choices });

test("learning takes as long as its steps, with each adapter its own", () => {
  const four = expectedTime(config());
  // Four times ten together, and the personal adapter's ten in the last round.
  expect(four.shared / four.personal).toBeCloseTo(4, 10);
  const eight = expectedTime(config({ rounds: 8 }));
  expect(eight.shared / four.shared).toBeCloseTo(2, 10);
  expect(eight.personal).toBe(four.personal);
  expect(eight.measuring).toBeGreaterThan(four.measuring);
});

test("a method without a personal adapter trains the shared one alone", () => {
  const { personal, shared } = expectedTime(config({ method: "fedavg", preset: "standard" }));
  expect(personal).toBe(0);
  expect(shared).toBeCloseTo(expectedTime(config()).shared, 10);
});

test("longer rows take longer", () => {
  const of = (maxTokens: number) => expectedTime(config({ training: { batchSize: 16, maxTokens } })).shared;
  expect(of(64) / of(32)).toBeCloseTo(2, 10);
});
