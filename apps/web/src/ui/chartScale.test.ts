import { expect, test } from "vitest";
import { chartScale, labelledRounds, roundTicks } from "./chartScale.ts";

const placesOf = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => ({ round: first + index, at: first + index }));

test("ticks are round numbers that reach the highest value", () => {
  expect(roundTicks(1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(roundTicks(3.1)).toEqual([0, 1, 2, 3, 4]);
  expect(roundTicks(0.07)).toEqual([0, 0.02, 0.04, 0.06, 0.08]);
  expect(roundTicks(0)).toEqual([0, 1]);
});

test("rounds lie between the margins, values between 0 at the bottom and the last tick at the top", () => {
  const scale = chartScale({ width: 542, height: 248, places: placesOf(0, 5), from: 0, highest: 1.7 });
  expect([scale.left, scale.right, scale.top, scale.bottom]).toEqual([42, 446, 24, 208]);
  expect([scale.x(0), scale.x(2), scale.x(5)]).toEqual([54, 206, 434]);
  expect(scale.ticks).toEqual([0, 0.5, 1, 1.5, 2]);
  expect([scale.y(0), scale.y(1.5), scale.y(2)]).toEqual([208, 70, 24]);
  expect([-9, 54, 133, 135, 999].map(scale.roundAt)).toEqual([0, 0, 1, 1, 5]);
});

test("a federation of one round, in no room at all, still has finite places", () => {
  const scale = chartScale({ width: 0, height: 92, places: placesOf(1, 1), from: 1, highest: Number.NEGATIVE_INFINITY });
  expect(scale.x(1)).toBe(54);
  expect(scale.roundAt(700)).toBe(1);
  expect(scale.y(0.5)).toBe(38);
});

test("rounds stand where their steps are; of two at one place the later one is pointed at", () => {
  const places = [
    { round: 0, at: 24 },
    { round: 1, at: 96 },
    { round: 2, at: 96 },
  ];
  const scale = chartScale({ width: 542, height: 248, places, from: 0, highest: 1 });
  expect([scale.xAt(0), scale.x(0), scale.x(1), scale.x(2)]).toEqual([54, 149, 434, 434]);
  expect([54, 290, 300].map(scale.roundAt)).toEqual([0, 0, 2]);
});

test("labels of rounds are thinned to what there is room for, and keep the first and the last", () => {
  expect(labelledRounds([0, 4], 400, 36)).toEqual([0, 1, 2, 3, 4]);
  expect(labelledRounds([0, 41], 500, 36)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 41]);
  expect(labelledRounds([1, 201], 300, 36)).toEqual([1, 50, 100, 150, 201]);
});
