import { expect, it } from "vitest";
import { classificationMetrics } from "./classificationMetrics.ts";

it("counts, and averages F1 over the classes that occur", () => {
  // actual    0 0 0 1 1 2      class 0: TP 2 FP 1 FN 1 → F1 4/6
  // predicted 0 0 1 1 0 1      class 1: TP 1 FP 2 FN 1 → F1 2/5;  class 2: TP 0 → 0;  class 3 occurs nowhere
  const metrics = classificationMetrics([0, 0, 1, 1, 0, 1], [0, 0, 0, 1, 1, 2], 4);
  expect(metrics.confusion).toEqual([
    [2, 1, 0, 0],
    [1, 1, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 0, 0],
  ]);
  expect(metrics.accuracy).toBeCloseTo(3 / 6, 12);
  expect(metrics.macroF1).toBeCloseTo((4 / 6 + 2 / 5 + 0) / 3, 12);
});

it("counts a class that is only predicted as an F1 of 0", () => {
  expect(classificationMetrics([0, 1], [0, 0], 3).macroF1).toBeCloseTo((2 / 3 + 0) / 2, 12);
});

it("has no accuracy without rows", () => {
  expect(classificationMetrics([], [], 2)).toEqual({
    accuracy: null,
    macroF1: null,
    confusion: [
      [0, 0],
      [0, 0],
    ],
  });
});

it.each([
  [[0], [0, 1]],
  [[2], [0]],
  [[0], [2]],
  [[-1], [0]],
  [[0.5], [0]],
])("refuses predictions %j for %j", (predicted, actual) => {
  expect(() => classificationMetrics(predicted, actual, 2)).toThrow(RangeError);
});
