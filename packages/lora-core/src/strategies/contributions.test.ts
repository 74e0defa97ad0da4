import { expect, test } from "vitest";
import { presetOf } from "../federation/federationDefaults.ts";
import { tensors, values } from "./conformance.ts";
import { mean, ordered, weighed, weightsOf } from "./contributions.ts";
import { methodOf } from "./registry.ts";

const of = (clientId: string, sampleCount: number, weight?: number) => ({
  ...{ clientId, sampleCount, ...weighed({ weight }) },
  tensors: tensors([sampleCount, 0], [0, sampleCount]),
});

test("clients count alike or by their rows, times a weight of their own", () => {
  const two = [of("a", 10), of("b", 30)];
  expect(weightsOf(two, "uniform")).toEqual([0.5, 0.5]);
  expect(weightsOf(two, "samples")).toEqual([0.25, 0.75]);
  expect(weightsOf([of("a", 10, 0.5), of("b", 30)], "uniform")).toEqual([1 / 3, 2 / 3]);
  expect(values(mean(two, "samples"))[0]).toBeCloseTo(0.25 * 10 + 0.75 * 30, 5);
});

test("the mean is the same bit for bit in whatever order clients answered", () => {
  const three = [of("c", 7), of("a", 10), of("b", 30)];
  expect(ordered(three).map(({ clientId }) => clientId)).toEqual(["a", "b", "c"]);
  expect(values(mean(three, "samples"))).toEqual(values(mean(three.toReversed(), "samples")));
});

test("refuses no contribution, and contributions that weigh nothing, each in its own words", () => {
  expect(() => weightsOf([], "uniform")).toThrow("Nothing to aggregate: no client contributed");
  for (const none of [[of("a", 0)], [of("a", 5, 0)], [of("a", Number.NaN)]]) {
    expect(() => weightsOf(none, "samples")).toThrow(/the total weight is (0|NaN)/);
  }
});

test("a weight that nobody has is left out, so that two contributions of one kind stay equal", () => {
  expect(weighed({})).toEqual({});
  expect(weighed({ weight: 0.5 })).toEqual({ weight: 0.5 });
  expect(Object.keys(weighed({ weight: undefined }))).toEqual([]);
});

test.each([
  ["fedavg", "samples"],
  ["fedavg-finish", "samples"],
  ["ditto", "samples"],
  ["local", "samples"],
  ["fdlora", "uniform"],
  ["fedamp", "uniform"],
])("%s counts clients by %s", (id, weighting) => {
  expect(methodOf(presetOf(id)).weighting).toBe(weighting);
});
