import { expect, test } from "vitest";
import { aloneAgainstServed } from "./aloneAgainstServed.ts";

const of = (alone: number, fused: number | null, testRows = 60) =>
  aloneAgainstServed({
    accuracy: { base: 0, personal: null, shared: null, fused: fused === null ? null : fused / 60 },
    alone: { accuracy: alone / 60, testLoss: 1 },
    testRows,
  });

test("learning alone is better than what is served only where the rows tell it, whichever they were", () => {
  expect(of(50, 30)).toEqual({ alone: 50, served: 30, testRows: 60, isBetter: true });
  // More, but perhaps by chance.
  expect(of(40, 34)?.isBetter).toBe(false);
  expect(of(30, 50)?.isBetter).toBe(false);
});

test("nothing is told where nothing is served, nothing was learned alone, or nothing was measured", () => {
  expect(of(50, null)).toBeNull();
  expect(of(50, 30, 0)).toBeNull();
  const accuracy = { base: 0, personal: null, shared: null, fused: 0.5 };
  expect(aloneAgainstServed({ accuracy, testRows: 60 })).toBeNull();
  expect(aloneAgainstServed({ accuracy, alone: { accuracy: null, testLoss: 1 }, testRows: 60 })).toBeNull();
});
