import { expect, test } from "vitest";
import { shareScale } from "./shareScale.ts";

test("the axis goes to the tenths around what is shown", () => {
  const { at, ticks } = shareScale([0.32, 0.85, 0.88]);
  expect(ticks).toEqual([0.3, 0.5, 0.7, 0.9]);
  expect([at(0.3), at(0.6), at(0.9)].map((place) => Number(place.toFixed(6)))).toEqual([0, 0.5, 1]);
});

test("shares that are alike have an axis too, and none goes beyond 0 and 1", () => {
  expect(shareScale([0.3, 0.3]).ticks).toEqual([0.3, 0.4]);
  expect(shareScale([1]).ticks).toEqual([0.9, 1]);
  expect(shareScale([0, 1]).ticks).toEqual([0, 0.3, 0.6, 0.9]);
  expect(shareScale([]).ticks).toEqual([0, 0.3, 0.6, 0.9]);
});
