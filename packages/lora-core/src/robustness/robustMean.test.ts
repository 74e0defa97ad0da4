import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distanceBetween, linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { robustMean, suspectsAmong } from "./robustMean.ts";
import { ROBUSTNESS, type RobustnessConfig, type RobustRule, replacesMean } from "./robustnessConfig.ts";

const all: readonly RobustnessConfig[] = Object.values(ROBUSTNESS);
const rules: readonly RobustRule[] = all.filter(replacesMean);

/** In two tensors, as adapters have. */
function tensorsOf(values: readonly number[]): NamedTensors {
  const half = Math.floor(values.length / 2);
  const part = (from: number, to: number) => ({ shape: [1, to - from], data: Float32Array.from(values.slice(from, to)) });
  return new Map([
    ["m.lora_A.weight", part(0, half)],
    ["m.lora_B.weight", part(half, values.length)],
  ]);
}

const valuesOf = (tensors: NamedTensors) => [...tensors.values()].flatMap(({ data }) => [...data]);
const evenly = (count: number) => Array.from({ length: count }, () => 1 / count);

function expectClose(actual: NamedTensors, expected: readonly number[], tolerance = 1e-6): void {
  const values = valuesOf(actual);
  expect(values).toHaveLength(expected.length);
  // float32 at rest.
  values.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] ?? Number.NaN))).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i] ?? 0)),
    );
  });
}

interface Fixture {
  readonly suspects: number;
  readonly updates: readonly (readonly number[])[];
  readonly means: Readonly<Record<RobustRule["kind"], readonly number[]>>;
}

describe("as ByzFL computes them", () => {
  const fixtures: readonly Fixture[] = JSON.parse(
    readFileSync(new URL("../../fixtures/robustness/byzfl.json", import.meta.url), "utf8"),
  );
  for (const { updates, suspects, means } of fixtures) {
    test.each(rules)(`$kind of ${updates.length} updates`, (rule) => {
      const given = "suspects" in rule ? { ...rule, suspects } : rule;
      expectClose(robustMean(given, updates.map(tensorsOf), evenly(updates.length)), means[rule.kind]);
    });
  }
});

const COORDINATES = 6;
const value = fc.double({ min: -1, max: 1, noNaN: true }).map(Math.fround);
const update = fc.array(value, { minLength: COORDINATES, maxLength: COORDINATES });
const honestUpdates = fc.array(update, { minLength: 4, maxLength: 9 });

describe.each(rules)("$kind", (rule) => {
  test("is the update when all send the same", () => {
    fc.assert(
      fc.property(update, fc.integer({ min: 1, max: 8 }), (values, count) => {
        const all = Array.from({ length: count }, () => tensorsOf(values));
        expectClose(robustMean(rule, all, evenly(count)), values);
      }),
    );
  });

  test("does not depend on the order", () => {
    fc.assert(
      fc.property(honestUpdates, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (all, keys) => {
        // Ties are broken by order; in such places nobody has the score of another.
        const distinct = all.map((values, k) => values.map((x, i) => x / 8 + (k + 1) * Math.sin(7 * k + 3 * i + 1)));
        const order = distinct.map((values) => ({ values, key: keys.next().value ?? 0 })).sort((a, b) => a.key - b.key);
        const once = robustMean(rule, distinct.map(tensorsOf), evenly(all.length));
        const again = robustMean(
          rule,
          order.map(({ values }) => tensorsOf(values)),
          evenly(all.length),
        );
        expectClose(again, valuesOf(once), 1e-5);
      }),
    );
  });

  test("moves with all of them, so that a mean of adapters is as good as one of differences", () => {
    fc.assert(
      fc.property(honestUpdates, update, (all, shift) => {
        const distinct = all.map((values, k) => [...values.slice(1), k ** 2 + (values[0] ?? 0) / 4]);
        const moved = distinct.map((values) => values.map((x, i) => x + (shift[i] ?? 0)));
        const mean = robustMean(rule, distinct.map(tensorsOf), evenly(all.length));
        const expected = linearCombination([1, 1], [mean, tensorsOf(shift)]);
        expectClose(robustMean(rule, moved.map(tensorsOf), evenly(all.length)), valuesOf(expected), 1e-4);
      }),
    );
  });

  test("stays among the honest, however large what the suspects send", () => {
    const size = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(honestUpdates, update, size, (honest, direction, times) => {
        const count = honest.length + Math.floor(honest.length / 4);
        const bad = Array.from({ length: count - honest.length }, () => tensorsOf(direction.map((x) => times * x)));
        const all = [...honest.map(tensorsOf), ...bad];
        const centre = linearCombination(evenly(honest.length), honest.map(tensorsOf));
        const reach = Math.max(...honest.map((values) => distanceBetween(tensorsOf(values), centre)));
        const found = robustMean(rule, all, evenly(all.length));
        // Coordinates are bounded one by one; centered clipping keeps a step of at most one radius per bad client and iteration.
        expect(distanceBetween(found, centre)).toBeLessThanOrEqual(4 * Math.sqrt(COORDINATES) * reach + 1e-6);
      }),
    );
  });

  test("refuses nothing at all, unequal layouts and values that are not finite", () => {
    expect(() => robustMean(rule, [], [])).toThrow(RangeError);
    const one = tensorsOf([1, 2, 3, 4]);
    expect(() => robustMean(rule, [one, tensorsOf([1, 2])], [0.5, 0.5])).toThrow(RangeError);
    const broken = tensorsOf([1, Number.NaN, 3, 4]);
    expect(() => robustMean(rule, [one, one, one, broken, one], evenly(5))).toThrow(RangeError);
  });
});

describe("weights", () => {
  const updates = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [90, 90],
  ].map(tensorsOf);
  const weights = [0.1, 0.2, 0.1, 0.1, 0.5];

  test("do not count in multi-Krum, a median, or a trimmed mean, where all of (0 + 1 + 1) / 3 count alike", () => {
    expectClose(robustMean(ROBUSTNESS.multiKrum, updates, weights), [0.5, 0.5]);
    expectClose(robustMean(ROBUSTNESS.median, updates, weights), [1, 1]);
    expectClose(robustMean(ROBUSTNESS.trimmedMean, updates, weights), [2 / 3, 2 / 3]);
    const lying = robustMean(ROBUSTNESS.centeredClip, updates, weights);
    expect(lying).not.toEqual(robustMean(ROBUSTNESS.centeredClip, updates, evenly(5)));
  });
});

test("as many are suspected as the share says, at least one, and never so many that nothing is left to tell them by", () => {
  const suspected = (spare: number) => [2, 3, 4, 5, 8, 12, 20].map((clients) => suspectsAmong(clients, 0.25, spare));
  expect(suspected(1)).toEqual([0, 1, 1, 1, 2, 3, 5]);
  expect(suspected(3)).toEqual([0, 0, 0, 1, 2, 3, 5]);
});
