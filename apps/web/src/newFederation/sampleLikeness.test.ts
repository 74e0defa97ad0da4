import { expect, test } from "vitest";
import { labelsOfSamples, sampleLikeness } from "./sampleLikeness.ts";

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
  expect(between.kind === "told" && between.unlikeness).toBeCloseTo((Math.LN2 - 0.56234 - 1 / 32) / Math.LN2, 4);
  const apart = sampleLikeness([counts({ info: 80 }), counts({ warning: 80 })], labels);
  expect(apart).toEqual({ kind: "told", rows: 160, unlikeness: 1, likeness: "unlike" });
});

test("what keeps it from being told is said: one client, no label of these, one label alone, too few rows", () => {
  const labels = ["a", "b", "c"];
  const untold = (kind: string, rows: number) => ({ kind, rows, likeness: null });
  expect(sampleLikeness([counts({ a: 50, b: 50, c: 50 })], labels)).toEqual(untold("oneClient", 150));
  expect(sampleLikeness([counts({ d: 50 }), counts({ e: 50 })], labels)).toEqual(untold("noLabel", 0));
  expect(sampleLikeness([counts({ a: 50 }), counts({ a: 50, d: 9 })], labels)).toEqual(untold("oneLabel", 100));
  expect(sampleLikeness([counts({ a: 1 }), counts({ b: 1, c: 1 })], labels)).toEqual(untold("tooFew", 3));
});

test("labels are those that some client has, each once, spelled as most rows spell it", () => {
  const samples = [counts({ a: 1, Sudo: 2 }), counts({ sudo: 5, c: 1, "log  in": 1 }), counts({ "Log in": 3 })];
  expect(labelsOfSamples(samples)).toEqual(["Log in", "a", "c", "sudo"]);
  expect(sampleLikeness(samples, labelsOfSamples(samples)).rows).toBe(13);
});
