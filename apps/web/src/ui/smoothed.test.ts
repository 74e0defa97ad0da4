import { expect, test } from "vitest";
import { smoothed } from "./smoothed.ts";

test("what does not change stays, and a jump is followed step by step", () => {
  expect(smoothed([2, 2, 2], "step").map((value) => value.toFixed(6))).toEqual(["2.000000", "2.000000", "2.000000"]);
  // (0.8 * 0.2 * 1 + 0.2 * 0) / (1 - 0.64), then with a further zero.
  const [first, second = 0, third = 0] = smoothed([1, 0, 0], "step");
  expect(first).toBeCloseTo(1, 12);
  expect(second).toBeCloseTo(0.16 / 0.36, 12);
  expect(third).toBeCloseTo(0.128 / 0.488, 12);
  // Over rounds less of what was is kept: 0.6 * 0.4 / (1 - 0.36).
  expect(smoothed([1, 0], "round")[1]).toBeCloseTo(0.24 / 0.64, 12);
});
