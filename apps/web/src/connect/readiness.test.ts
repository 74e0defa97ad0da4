import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { decoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { begunRound, computingText, readiness } from "./readiness.ts";

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

test("before a check the time is told by the rows that are connected, and without any by how many are guessed", () => {
  const seconds = (text: string) => Number(/about (\d+) min/.exec(text)?.[1] ?? 0);
  const guessed = computingText(config, null, null);
  const own = computingText(config, { parts: { train: 12_000, fusion: 2000, test: 6000 }, rowCount: 20_000 }, null);
  expect(guessed).toMatch(/^about .* of computing with 1,000 rows$/);
  expect(own).toMatch(/^about .* of computing with your 20,000 rows$/);
  expect(seconds(own)).toBeGreaterThan(seconds(guessed));
  // What was measured here is told in place of a guess: the figure of the check.
  expect(computingText(config, { parts: rows, rowCount: 200 }, { seconds: 50 })).toBe(
    "about 50 s of computing with your 200 rows",
  );
});
