import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { decoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { begunRound, readiness } from "./readiness.ts";

const config = defaultFederation({
  name: "notes",
  model: decoderBase,
  task: { kind: "label", labels: ["a", "b"] },
  innerSteps: 100,
  rounds: 4,
  training: { batchSize: 10, maxTokens: 32 },
  roundDeadlineSeconds: 60,
});
const rows = { train: 120, fusion: 20, test: 60 };
const measured = (seconds: number) => ({ speed: { tokens: 2000, seconds, tokensPerRow: 20 } });

test("a round of a thousand rows at a hundred rows a second is over in ten seconds, and in time", () => {
  const { tokensPerSecond, longestRound, seconds, isInTime } = readiness(config, measured(1), rows);
  expect(tokensPerSecond).toBe(2000);
  expect(longestRound).toBeGreaterThan(10);
  expect(longestRound).toBeLessThan(20);
  expect(seconds).toBeGreaterThan(4 * 10);
  expect(isInTime).toBe(true);
});

test("what is ten times as slow is not over before the deadline, which is said before joining", () => {
  expect(readiness(config, measured(10), rows).isInTime).toBe(false);
});

test("who comes when rounds have begun is told of those that are left, with what it has to catch up on", () => {
  const all = readiness(config, measured(1), rows);
  const left = readiness(config, measured(1), rows, 2);
  // Two of four, and the one that fuses.
  expect(left.seconds).toBeLessThan(0.7 * all.seconds);
  expect(left.seconds).toBeGreaterThan(2 * 10);
  expect(begunRound({ openRound: null, rounds: [] })).toBeNull();
});

test("where slower devices do fewer steps, none is too late", () => {
  expect(readiness({ ...config, work: "bySpeed" }, measured(10), rows).isInTime).toBe(true);
});
