import { expect, test } from "vitest";
import { labelsOf, sampleLikeness } from "./sampleLikeness.ts";

const counts = (of: Readonly<Record<string, number>>) => Object.entries(of).map(([label, count]) => ({ label, count }));

test("clients with one mix are alike, those with labels of their own unlike, and what is no label counts nothing", () => {
  const labels = ["Info", "warning"];
  expect(sampleLikeness([counts({ info: 40, warning: 40 }), counts({ info: 41, warning: 39, noise: 7 })], labels)).toMatchObject({
    rows: 160,
    likeness: "alike",
  });
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
