import { expect, test } from "vitest";
import { labelHeights } from "./labelHeights.ts";

const room = { width: 90, gap: 14, bottom: 200 };
const at = (places: readonly (readonly [number, number])[]) =>
  labelHeights(
    places.map(([x, y]) => ({ x, y })),
    room,
  );

test("labels of close lines move down until they are apart", () => {
  expect(
    at([
      [10, 100],
      [10, 40],
      [10, 45],
      [10, 90],
    ]),
  ).toEqual([104, 40, 54, 90]);
});

test("a label that stands elsewhere stays at its line", () => {
  expect(
    at([
      [10, 100],
      [300, 101],
      [10, 102],
    ]),
  ).toEqual([100, 101, 114]);
  expect(
    at([
      [10, 100],
      [80, 101],
      [10, 102],
    ]),
  ).toEqual([100, 114, 128]);
});

test("none moves below the axis: those above it make room", () => {
  expect(
    at([
      [10, 198],
      [10, 199],
      [10, 184],
    ]),
  ).toEqual([186, 200, 172]);
  expect(at([[10, 207]])).toEqual([200]);
});
