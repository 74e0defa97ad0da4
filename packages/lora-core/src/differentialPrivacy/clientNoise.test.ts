import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../tensors/random.ts";
import { BIT, JOINT_NORM, nextClip } from "./adaptiveClip.ts";
import { cryptoRandom } from "./cryptoRandom.ts";
import { discreteGaussian } from "./discreteGaussian.ts";
import { roundedSensitivity, shareDeviation } from "./noiseInShares.ts";

describe("the discrete Gaussian", () => {
  // Pearson's chi-squared over the integers with an expected count of 20 or more, the rest in one bin: with k bins its mean is k - 1 and its
  // variance 2 (k - 1). Six deviations fail by chance about once in a million runs here; a deviation that is off by 2 % is 40 of them away.
  it.each([
    [1, 200_000],
    [2.5, 200_000],
    [12.3, 400_000],
  ])("of deviation %d has its probabilities", (deviation, size) => {
    const counts = new Map<number, number>();
    for (const drawn of discreteGaussian(size, deviation, cryptoRandom())) counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    const weight = (x: number) => Math.exp(-(x ** 2) / (2 * deviation ** 2));
    const all = Array.from({ length: 400 }, (_, i) => i - 200);
    const total = all.reduce((sum, x) => sum + weight(x), 0);
    const expected = (x: number) => (size * weight(x)) / total;
    const bins = all.filter((x) => expected(x) >= 20);
    const rest = { counted: size, expected: size };
    let statistic = 0;
    for (const x of bins) {
      const counted = counts.get(x) ?? 0;
      statistic += (counted - expected(x)) ** 2 / expected(x);
      rest.counted -= counted;
      rest.expected -= expected(x);
    }
    statistic += (rest.counted - rest.expected) ** 2 / rest.expected;
    expect(statistic).toBeLessThan(bins.length + 6 * Math.sqrt(2 * bins.length));
  });

  it("keeps its variance where integers are fine", () => {
    const deviation = 3.7e6;
    const drawn = discreteGaussian(200_000, deviation, random(1, "discrete"));
    expect(drawn.every(Number.isInteger)).toBe(true);
    const variance = drawn.reduce((sum, x) => sum + (x / deviation) ** 2, 0) / drawn.length;
    expect(Math.abs(variance - 1)).toBeLessThan(6 * Math.sqrt(2 / drawn.length));
    expect(Math.abs(drawn.reduce((sum, x) => sum + x / deviation, 0) / drawn.length)).toBeLessThan(6 / Math.sqrt(drawn.length));
  });

  it.each([0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 41])("of deviation %d is refused", (deviation) => {
    expect(() => discreteGaussian(1, deviation, cryptoRandom())).toThrow(RangeError);
  });
});

describe("noise in shares", () => {
  it("of any number of clients is as much as was promised, counting the honest ones alone", () => {
    const plans = fc.record({
      noiseMultiplier: fc.double({ min: 0.3, max: 50, noNaN: true }),
      honest: fc.integer({ min: 2, max: 1000 }),
      clip: fc.integer({ min: 100_000, max: 2 ** 30 }),
      values: fc.integer({ min: 1, max: 10_000_000 }),
    });
    fc.assert(
      fc.property(plans, fc.integer({ min: 0, max: 500 }), (plan, more) => {
        const together = Math.sqrt(plan.honest + more) * shareDeviation(plan);
        expect(together).toBeGreaterThanOrEqual(plan.noiseMultiplier * roundedSensitivity(plan) * (1 - 1e-12));
      }),
    );
  });

  it("bounds what rounding does to a norm, whichever way every value goes", () => {
    const uniform = random(2, "rounding");
    for (const values of [1, 10, 1000]) {
      const vector = Float64Array.from({ length: values }, () => (uniform() - 0.5) * 40);
      const norm = Math.hypot(...vector);
      const away = vector.map((x) => (x > 0 ? Math.ceil(x) : Math.floor(x)));
      expect(Math.hypot(...away)).toBeLessThanOrEqual(roundedSensitivity({ clip: norm, values }));
    }
  });

  it("is refused where integers are too coarse for it", () => {
    expect(() => shareDeviation({ noiseMultiplier: 0.1, honest: 1000, clip: 10, values: 4 })).toThrow("take more bits");
  });
});

describe("the adaptive clip", () => {
  it("comes to the median of the norms, from above and from below, and stays", () => {
    const uniform = random(3, "norms");
    const norms = Array.from({ length: 51 }, () => Math.exp(2 * (uniform() - 0.5)));
    const median = [...norms].sort((a, b) => a - b)[25] ?? 0;
    for (const start of [median * 20, median / 20]) {
      let clip = start;
      for (let round = 0; round < 120; round++) {
        clip = nextClip(clip, norms.filter((norm) => norm <= clip).length / norms.length);
      }
      expect(Math.abs(Math.log(clip / median))).toBeLessThan(0.15);
    }
  });

  it("moves by a tenth at most, whatever the noise says", () => {
    for (const share of [-3, 0, 1, 40]) expect(Math.abs(Math.log(nextClip(1, share)))).toBeLessThanOrEqual(0.1 + 1e-12);
  });

  it("asks for 2 % more noise, for the bit beside the update", () => {
    expect(JOINT_NORM).toBeCloseTo(Math.hypot(1, BIT / 2), 12);
    expect(JOINT_NORM).toBeLessThan(1.02);
  });
});
