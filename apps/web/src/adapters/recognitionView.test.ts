import { expect, it } from "vitest";
import { NOTHING_MEASURED } from "../services/recognition.ts";
import { readerWords, recognitionView, unmeasuredWords, withAdviceOnce } from "./recognitionView.ts";

const view = (auc: number, low: number, high: number, rows = 60) =>
  recognitionView({ train: rows, test: rows, recognition: { auc, interval: [low, high] } }, "fused");

it.each([
  [0.82, 0.74, 0.9, "well recognisable"],
  [0.66, 0.58, 0.74, "somewhat recognisable"],
  [0.51, 0.44, 0.58, "hardly recognisable"],
  [0.58, 0.5, 0.66, "not to be told with so few rows"],
])("an AUC of %f between %f and %f", (auc, low, high, verdict) => {
  expect(view(auc, low, high).verdict).toBe(verdict);
});

it("says the figure with its interval", () => {
  expect(view(0.663, 0.58, 0.74).figure).toBe("Picked right in 66 % of cases (95 %: 58 % to 74 %; guessing: 50 %).");
});

it("an advice that holds of several is given with the first of them", () => {
  const [somewhat, well] = [view(0.66, 0.58, 0.74), view(0.82, 0.74, 0.9)];
  const told = withAdviceOnce([null, somewhat, well, { ...somewhat, figure: "another" }].map((one) => ({ view: one })));
  expect(told.map(({ advice }) => advice)).toEqual([null, somewhat.advice, well.advice, null]);
});

it("of few rows nothing is said, however sure the figure looks", () => {
  expect(view(1, 1, 1, 19)).toMatchObject({ verdict: "too few rows to tell", figure: null });
  const one = { train: 80, test: 1, recognition: { auc: 0.9, interval: null } };
  expect(recognitionView(one, "fused")).toMatchObject({ verdict: "too few rows to tell", figure: null });
});

it("of what was sent the advice is for the next time, and says who had it", () => {
  const sent = recognitionView({ train: 60, test: 60, recognition: { auc: 0.9, interval: [0.85, 0.95] } }, "sent");
  expect(sent.verdict).toBe("well recognisable");
  expect(sent.advice).toContain("Whoever reads this update by itself");
  expect(sent.advice).toContain("Next time");
  expect(readerWords("plain")).toContain("The coordinator had this update by itself");
  expect(readerWords("secure")).toContain("Nobody had this update by itself");
});

it("says that a figure comes, or that rows are to be taken for recognisable", () => {
  const measuring = { ...NOTHING_MEASURED, measuring: { what: "sent", share: 0.4 }, waiting: ["fused"] } as const;
  expect(unmeasuredWords("sent", measuring, true)).toBe("being measured (40 %)");
  expect(unmeasuredWords("fused", measuring, true)).toBe("measured in a moment");
  for (const isOver of [true, false])
    expect(unmeasuredWords("shared", NOTHING_MEASURED, isOver)).toContain("take them for recognisable");
});
