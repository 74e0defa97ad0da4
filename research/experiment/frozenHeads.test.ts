import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { addedUp, type ClassSums, classSums, linearProbe, nearestClassMean } from "./frozenHeads.ts";

const vector = z.array(z.number());
const predictions = z.object({ means: vector, probes: z.record(z.string(), vector) });
/** By scikit-learn's NearestCentroid and RidgeClassifier on the rows themselves: fixtures/make_fixtures.py. */
const expected = z
  .object({
    clients: z.array(z.object({ x: z.array(vector), y: vector })),
    test: z.array(vector),
    alone: z.array(predictions),
    together: predictions,
  })
  .parse(JSON.parse(readFileSync("research/experiment/fixtures/frozenHeads.json", "utf8")));

const sums = expected.clients.map(({ x, y }) => classSums(x, y, 4));

function expectSame(from: ClassSums, wanted: z.output<typeof predictions>) {
  expect(expected.test.map(nearestClassMean(from))).toEqual(wanted.means);
  for (const [lambda, labels] of Object.entries(wanted.probes)) {
    expect(expected.test.map(linearProbe(from, Number(lambda))), lambda).toEqual(labels);
  }
}

describe("heads on a frozen base", () => {
  it.each([0, 1, 2])("of client %i are scikit-learn's on its rows", (client) => {
    const [from, wanted] = [sums[client], expected.alone[client]];
    if (!from || !wanted) throw new RangeError("No such client");
    expectSame(from, wanted);
  });

  it("of added sums are scikit-learn's on the rows of all clients", () => expectSame(addedUp(sums), expected.together));

  it("never choose a class without rows", () => {
    const [first] = sums;
    if (!first) throw new RangeError("No sums");
    expect(first.counts[3]).toBe(0);
    expect(expected.test.map(nearestClassMean(first))).not.toContain(3);
    expect(expected.test.map(linearProbe(first, 1))).not.toContain(3);
  });
});
