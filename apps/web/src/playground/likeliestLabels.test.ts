import { expect, test } from "vitest";
import { likeliestLabels } from "./likeliestLabels.ts";

test("the likeliest labels come first, the others are counted", () => {
  const labels = ["a", "b", "c", "d", "e", "f", "g"];
  const { shown, rest } = likeliestLabels(labels, { label: 3, probabilities: [0.05, 0.1, 0.02, 0.5, 0.2, 0.03, 0.1] });
  expect(shown.map(({ label }) => label).join("")).toBe("debga");
  expect(rest?.count).toBe(2);
  expect(rest?.probability).toBeCloseTo(0.05, 12);
  expect(likeliestLabels(["x", "y"], { label: 0, probabilities: [0.75, 0.25] }).rest).toBeNull();
});
