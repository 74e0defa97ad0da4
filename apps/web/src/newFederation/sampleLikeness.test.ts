import { expect, test } from "vitest";
import { labelsOf, sampleLikeness } from "./sampleLikeness.ts";

const counts = (of: Readonly<Record<string, number>>) => Object.entries(of).map(([label, count]) => ({ label, count }));

test("clients with one mix are alike, those with labels of their own unlike, and what is no label counts nothing", () => {
  const labels = ["Info", "warning"];
  expect(
    sampleLikeness([counts({ info: 40, warning: 40 }), counts({ " INFO": 41, warning: 39, noise: 7 })], labels),
  ).toMatchObject({
    rows: 160,
    likeness: "alike",
  });
  // ln 2, less the 0.562 nats of a label within a client and the 1/32 that so few rows have by chance, of ln 2.
  const between = sampleLikeness([counts({ info: 6, warning: 2 }), counts({ info: 2, warning: 6 })], labels);
  expect(between.unlikeness).toBeCloseTo((Math.LN2 - 0.56234 - 1 / 32) / Math.LN2, 4);
  const apart = sampleLikeness([counts({ info: 80 }), counts({ warning: 80 })], labels);
  expect(apart).toMatchObject({ rows: 160, unlikeness: 1, likeness: "unlike" });
});

test("one client, and rows so few that each could be of any mix, tell nothing", () => {
  const labels = ["a", "b", "c"];
  expect(sampleLikeness([counts({ a: 50, b: 50, c: 50 })], labels)).toEqual({ rows: 150, unlikeness: null, likeness: null });
  expect(sampleLikeness([counts({ a: 1 }), counts({ b: 1, c: 1 })], labels)).toEqual({
    rows: 3,
    unlikeness: null,
    likeness: null,
  });
});

test("labels are those that some client has, each once", () => {
  expect(labelsOf([counts({ a: 1, b: 2 }), counts({ " b": 1, c: 1 })])).toEqual(["a", "b", "c"]);
});
