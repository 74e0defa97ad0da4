import { expect, test } from "vitest";
import { sharesOf } from "./shares.ts";

test("one thread takes all work in one share", () => {
  expect(sharesOf({ items: 5000, cost: 1e6 }, 1)).toEqual([[0, 5000]]);
});

test("little work is not parted, however many threads there are", () => {
  expect(sharesOf({ items: 79, cost: 10_000 }, 8)).toEqual([[0, 79]]);
});

test("shares cover all items once and begin at multiples of the step", () => {
  const shares = sharesOf({ items: 203, cost: 67_000, step: 32 }, 2);
  expect(shares).toEqual([
    [0, 32],
    [32, 64],
    [64, 96],
    [96, 128],
    [128, 160],
    [160, 192],
    [192, 203],
  ]);
});

test("there are four shares for a thread at most", () => {
  expect(sharesOf({ items: 1000, cost: 1e6 }, 3)).toHaveLength(12);
});
