import { describe, expect, it } from "vitest";
import { l2Norm, linearCombination, zerosLike } from "./arithmetic.ts";
import { gamma, normal, random, shuffled } from "./random.ts";

const one = new Map([["x", { shape: [2], data: Float32Array.of(3, -4) }]]);

describe("linearCombination", () => {
  it("combines element by element", () => {
    const other = new Map([["x", { shape: [2], data: Float32Array.of(0.5, 2) }]]);
    expect([...linearCombination([2, -3], [one, other]).get("x")!.data]).toEqual([4.5, -14]);
  });
  it("accumulates in float64", () => {
    const big = new Map([["x", { shape: [1], data: Float32Array.of(1e8) }]]);
    const tiny = new Map([["x", { shape: [1], data: Float32Array.of(0.5) }]]);
    expect(linearCombination([1, 1, -1], [big, tiny, big]).get("x")!.data[0]).toBe(0.5);
  });
  it("refuses unequal shapes, even with a zero coefficient, and results that are not finite", () => {
    expect(() => linearCombination([1, 0], [one, new Map([["x", { shape: [1, 2], data: Float32Array.of(1, 1) }]])])).toThrow(
      /shape/,
    );
    expect(() => linearCombination([1e39], [one])).toThrow(/non-finite/);
  });
  it("has a norm and zeros", () => {
    expect(l2Norm(one)).toBe(5);
    expect(l2Norm(zerosLike(one))).toBe(0);
  });
});

describe("random", () => {
  const draws = (n: number, next: () => number) => Array.from({ length: n }, next);
  it("gives the same stream for the same seed and labels, and another for others", () => {
    expect(draws(4, random(7, "a", 1))).toEqual(draws(4, random(7, "a", 1)));
    expect(draws(4, random(7, "a", 1))).not.toEqual(draws(4, random(7, "a", 2)));
    expect(draws(4, random(7, "a"))).not.toEqual(draws(4, random(8, "a")));
  });
  it("is uniform, normal and gamma in mean and variance", () => {
    const stats = (xs: number[]) => {
      const mean = xs.reduce((a, b) => a + b) / xs.length;
      return [mean, xs.reduce((a, b) => a + (b - mean) ** 2, 0) / xs.length] as const;
    };
    const u = random(3, "stats");
    const cases: [readonly [number, number], number, number][] = [
      [stats(draws(20000, u)), 1 / 2, 1 / 12],
      [stats(draws(20000, () => normal(u))), 0, 1],
      [stats(draws(20000, () => gamma(u, 0.5))), 0.5, 0.5],
      [stats(draws(20000, () => gamma(u, 4))), 4, 4],
    ];
    for (const [[mean, variance], expectedMean, expectedVariance] of cases) {
      expect(Math.abs(mean - expectedMean)).toBeLessThan(0.06);
      expect(Math.abs(variance / expectedVariance - 1)).toBeLessThan(0.06);
    }
  });
  it("shuffles without losing anything", () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const mixed = shuffled(items, random(1));
    expect(mixed).not.toEqual(items);
    expect([...mixed].sort((a, b) => a - b)).toEqual(items);
  });
});
