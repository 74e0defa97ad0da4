import { expect, it } from "vitest";
import { recognitionView } from "./recognitionView.ts";

const view = (auc: number, low: number, high: number, rows = 60) =>
  recognitionView({ train: rows, test: rows, recognition: { auc, interval: [low, high] } });

it.each([
  [0.82, 0.74, 0.9, "well recognisable"],
  [0.66, 0.58, 0.74, "somewhat recognisable"],
  [0.51, 0.44, 0.58, "hardly recognisable"],
  [0.58, 0.5, 0.66, "not to be told with so few rows"],
])("an AUC of %f between %f and %f", (auc, low, high, verdict) => {
  expect(view(auc, low, high).verdict).toBe(verdict);
});

it("says the figure with its interval", () => {
  expect(view(0.663, 0.58, 0.74).figure).toContain("in 66 % of cases (95 %: 58 % to 74 %; guessing: 50 %)");
});

it("of few rows nothing is said, however sure the figure looks", () => {
  expect(view(1, 1, 1, 19)).toMatchObject({ verdict: "too few rows to tell", figure: null });
  const one = { train: 80, test: 1, recognition: { auc: 0.9, interval: null } };
  expect(recognitionView(one)).toMatchObject({ verdict: "too few rows to tell", figure: null });
});
