/** Against scikit-learn and the definition over all pairs: fixtures/leakage/make_fixtures.py. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { foundAt, recognitionOf } from "./recognition.ts";

const numbers = z.array(z.number());
const fixture = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      members: numbers,
      strangers: numbers,
      auc: z.number(),
      interval: z.tuple([z.number(), z.number()]),
      found: z.number(),
    }),
  ),
});
const text = readFileSync(new URL("../../fixtures/leakage/recognition.json", import.meta.url), "utf8");
const { cases } = fixture.parse(JSON.parse(text));

it.each(cases)("scores that are $name", ({ members, strangers, auc, interval, found }) => {
  const recognition = recognitionOf(members, strangers);
  expect(recognition.auc).toBeCloseTo(auc, 12);
  expect(recognition.interval?.[0]).toBeCloseTo(interval[0], 9);
  expect(recognition.interval?.[1]).toBeCloseTo(interval[1], 9);
  expect(foundAt(0.1, members, strangers)).toBeCloseTo(found, 12);
});

it("of one row on a side there is no interval", () => {
  expect(recognitionOf([1], [0, 2])).toEqual({ auc: 0.5, interval: null });
});

it("refuses what cannot be compared", () => {
  expect(() => recognitionOf([], [1])).toThrow(RangeError);
  expect(() => recognitionOf([Number.NaN], [1])).toThrow("not finite");
  expect(() => recognitionOf([1], [Number.POSITIVE_INFINITY])).toThrow("not finite");
});
