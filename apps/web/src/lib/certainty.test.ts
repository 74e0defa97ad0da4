import { expect, test } from "vitest";
import { accuracyInterval, accuracySpread, differenceSpread } from "./certainty.ts";

// By hand: 31 of 48, p = 0.6458, z² / n = 0.0800, middle 0.6350, half 0.1306.
test("the interval of an accuracy is Wilson's", () => {
  const { low, high } = accuracyInterval(31 / 48, 48);
  expect(low).toBeCloseTo(0.5044, 4);
  expect(high).toBeCloseTo(0.7657, 4);
  expect(accuracyInterval(1, 48).high).toBe(1);
  expect(accuracyInterval(1, 48).low).toBeCloseTo(0.9259, 4);
});

// By hand: z² / n = 0.4268; 1.960 / 1.4268 · √(0.25 / 9 + 0.4268 / 36) = 0.2735.
test("before anything is measured an accuracy is known to half of the interval of a half", () => {
  expect(accuracySpread(9)).toBeCloseTo(0.2735, 4);
  expect(accuracySpread(30)).toBeCloseTo(0.1685, 3);
});

// By hand: with one right and one wrong more, 37 and 25 of 50: sqrt(0.74 * 0.26 / 50 + 0.5 * 0.5 / 50) = 0.09406, times 1.96; 23 of 24 twice.
test("a difference of two accuracies is as sure as both together, and few rows that are all right are no certainty", () => {
  expect(differenceSpread(0.75, 0.5, 48)).toBeCloseTo(0.1844, 4);
  expect(differenceSpread(1, 1, 22)).toBeCloseTo(0.1131, 4);
});
