import { expect, test } from "vitest";
import { roundWithin } from "./hoveredRound.ts";

test("a round that a drawing does not have is none in it", () => {
  expect([0, 1, 4, 5, null].map((round) => roundWithin(round, [1, 4]))).toEqual([null, 1, 4, null, null]);
  expect(roundWithin(0, [0, 0])).toBe(0);
});
