import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { decoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { expectedRounds, expectedTime, guessedPace, measuredPace, totalOf } from "./expectedTime.ts";

const task = { kind: "label" as const, labels: ["a", "b"] };
const config = (choices: Partial<Parameters<typeof defaultFederation>[0]> = {}) =>
  defaultFederation({ name: "notes", model: decoderBase, task, innerSteps: 10, rounds: 4, ...choices });
const guessed = (choices: Parameters<typeof config>[0] = {}) => expectedTime(config(choices), guessedPace(config(choices)));

test("learning takes as long as its steps, with each adapter its own", () => {
  const four = guessed();
  // Four times ten together, and the personal adapter's ten in the last round.
  expect(four.shared / four.personal).toBeCloseTo(4, 10);
  const eight = guessed({ rounds: 8 });
  expect(eight.shared / four.shared).toBeCloseTo(2, 10);
  expect(eight.personal).toBe(four.personal);
  expect(eight.measuring).toBeGreaterThan(four.measuring);
});

test("a method without a personal adapter trains the shared one alone", () => {
  const { personal, shared } = guessed({ method: "fedavg", preset: "standard" });
  expect(personal).toBe(0);
  expect(shared).toBeCloseTo(guessed().shared, 10);
});

test("an adapter that is measured before averaging is one more evaluation of every round that trains it", () => {
  const rows = { train: 120, fusion: 20, test: 400 };
  const roundsOf = (beforeAggregation: boolean) => expectedRounds(config({ beforeAggregation }), { rows, secondsPerRow: 0.01 });
  const [measured, unmeasured] = [roundsOf(true), roundsOf(false)];
  expect(measured.map(({ measuring }, at) => measuring / (unmeasured[at]?.measuring ?? 0))).toEqual([2, 2, 2, 2, 1]);
  expect(measured[0]?.measuring).toBeCloseTo(2 * 0.5 * 0.01 * 24, 10);
});

test("comparing with learning alone is as long a training again in every round, and an evaluation more", () => {
  const rows = { train: 120, fusion: 20, test: 400 };
  const [compared, not] = [true, false].map((alone) => expectedRounds(config({ alone }), { rows, secondsPerRow: 0.01 }));
  for (const [at, round] of (compared ?? []).entries()) {
    const { personal = 0, shared = 0, measuring = 0 } = not?.[at] ?? {};
    expect(round.alone).toBeCloseTo(personal + shared, 10);
    expect(round.measuring).toBeGreaterThan(measuring);
  }
  expect(not?.every(({ alone }) => alone === 0)).toBe(true);
});

test("longer rows take longer", () => {
  const of = (maxTokens: number) => guessed({ training: { batchSize: 16, maxTokens } }).shared;
  expect(of(64) / of(32)).toBeCloseTo(2, 10);
});

test("as it was measured: a device that is twice as fast takes half as long, in every round", () => {
  const rows = { train: 120, fusion: 20, test: 60 };
  const speed = { tokens: 4000, seconds: 2, tokensPerRow: 20 };
  const plans = config({ training: { batchSize: 16, maxTokens: 32 } });
  const pace = measuredPace(speed, rows);
  // 2000 tokens a second are 100 rows; 4 rounds of 10 steps of 16 rows.
  expect(expectedTime(plans, pace).shared).toBeCloseTo(6.4, 10);
  const fast = expectedRounds(plans, measuredPace({ ...speed, seconds: 1 }, rows));
  for (const [at, round] of expectedRounds(plans, pace).entries())
    expect(totalOf(round) / totalOf(fast[at] ?? round)).toBeCloseTo(2, 10);
});
