import { expect, test } from "vitest";
import { fusingRound, isFederated, roundCount, roundNumbers, stageOfRound } from "./roundNumbers.ts";

test("rounds go from local learning, or the first federated one, to the one that fuses", () => {
  expect(roundNumbers(0, 3)).toEqual([0, 1, 2, 3, 4]);
  expect(roundNumbers(1, 3)).toEqual([1, 2, 3, 4]);
  expect([roundCount(0, 3), roundCount(1, 3), fusingRound(3)]).toEqual([5, 4, 4]);
});

test("every number has one stage", () => {
  expect(roundNumbers(0, 2).map((round) => stageOfRound(round, 2))).toEqual(["local", "federated", "federated", "fusing"]);
  expect(roundNumbers(0, 2).map((round) => isFederated(round, 2))).toEqual([false, true, true, false]);
});
