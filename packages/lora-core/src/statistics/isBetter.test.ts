import { expect, test } from "vitest";
import { isBetter } from "./isBetter.ts";

test.each([
  // Five rows ahead are chance even when it lost none: 2 / 2^5 = 0.0625.
  [30, 25, 48, "no"],
  [25, 25, 48, "no"],
  [20, 25, 48, "no"],
  // Six: 0.03 when it lost none, 0.4 when each had many rows right that the other had not.
  [31, 25, 48, "open"],
  // 29 of 60 against 5: at most 5 lost, so 29 won: 0.00006.
  [29, 5, 60, "yes"],
  // All of them right: none can be lost.
  [48, 42, 48, "yes"],
  [2400, 2300, 3000, "yes"],
] as const)("%i against %i of %i rows is better: %s", (right, other, rows, verdict) => {
  expect(isBetter(right, other, rows)).toBe(verdict);
});
