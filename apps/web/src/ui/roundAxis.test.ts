import { expect, test } from "vitest";
import { type AxisKind, axisKinds, axisOf, axisStart, axisTicks, placeText } from "./roundAxis.ts";

const places = (...at: number[]) => at.map((place, round) => ({ round, at: place }));
const axes = { round: places(0, 1, 2), step: places(24, 36, 48), time: places(90, 400) };
const texts = (kind: AxisKind, width: number) => axisTicks(axisOf(axes, kind), width, 1).map(({ text }) => text);

test("an axis that is not known gives way to rounds", () => {
  const { step: _, ...without } = axes;
  expect(axisKinds(axes)).toEqual(["round", "step", "time"]);
  expect(axisKinds(without)).toEqual(["round", "time"]);
  expect(axisOf(without, "step").kind).toBe("round");
});

test("rounds begin at the first, steps and time at nothing", () => {
  expect(axisStart({ kind: "round", places: places(1, 2) })).toBe(1);
  expect([axisOf(axes, "step"), axisOf(axes, "time")].map(axisStart)).toEqual([0, 0]);
});

test("where a round stands is said where its name does not", () => {
  expect((["round", "step", "time"] as const).map((kind) => placeText(axisOf(axes, kind), 1))).toEqual([
    null,
    "step 36",
    "6 min 40 s",
  ]);
  // It has not ended.
  expect(placeText(axisOf(axes, "time"), 2)).toBeNull();
});

test("labels are round numbers, as many as there is room for", () => {
  expect(texts("round", 400)).toEqual(["alone", "1", "finish"]);
  expect(texts("step", 400)).toEqual(["0", "10", "20", "30", "40"]);
  expect(texts("step", 140)).toEqual(["0", "20", "40"]);
  const many = axisTicks({ kind: "step", places: places(12_000) }, 1200, 1).map(({ text }) => text);
  expect(many.slice(-5)).toEqual(["10.0 k", "10.5 k", "11.0 k", "11.5 k", "12.0 k"]);
  expect(texts("time", 500)).toEqual(["0 s", "2 min", "4 min", "6 min"]);
  expect(axisTicks({ kind: "time", places: places(0) }, 300, 1)).toEqual([{ at: 0, text: "0 s" }]);
});
