/** Against scipy, statsmodels and numpy on the same numbers: fixtures/make_statistics.py. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { hierarchicalBootstrap } from "./hierarchicalBootstrap.ts";
import { holm } from "./holm.ts";
import { interval } from "./interval.ts";
import { signTest } from "./signTest.ts";
import { studentQuantile, studentTail } from "./studentT.ts";

const numbers = z.array(z.number());
const triples = z.array(z.tuple([z.number(), z.number(), z.number()]));
const expected = z
  .object({
    distribution: z.object({ tails: triples, quantiles: triples }),
    paired: z.object({ a: numbers, b: numbers, p: z.number(), low: z.number(), high: z.number() }),
    holm: z.object({ values: numbers, adjusted: numbers }),
    bootstrap: z.object({
      seeds: z.array(z.array(z.object({ differences: numbers, groups: numbers }))),
      low: z.number(),
      high: z.number(),
    }),
  })
  .parse(JSON.parse(readFileSync("research/experiment/fixtures/statistics.json", "utf8")));

describe("Student's distribution", () => {
  it("has scipy's tails, to ten digits even far out", () => {
    for (const [t, degrees, tail] of expected.distribution.tails) {
      expect(studentTail(t, degrees) / tail, `${t}, ${degrees}`).toBeCloseTo(1, 10);
      expect(studentTail(-t, degrees)).toBe(studentTail(t, degrees));
    }
  });

  it("has scipy's quantiles, also beyond thirty degrees of freedom", () => {
    for (const [tail, degrees, quantile] of expected.distribution.quantiles) {
      expect(studentQuantile(tail, degrees) / quantile, `${tail}, ${degrees}`).toBeCloseTo(1, 10);
    }
  });
});

describe("the interval of a paired difference", () => {
  it("is that of scipy's ttest_rel, and so is p", () => {
    const { a, b, p, low, high } = expected.paired;
    const found = interval(a.map((value, i) => value - (b[i] ?? 0)));
    expect([found.mean - (found.margin ?? 0), found.mean + (found.margin ?? 0)]).toEqual([
      expect.closeTo(low, 10),
      expect.closeTo(high, 10),
    ]);
    expect(found.p).toBeCloseTo(p, 10);
  });

  it("says nothing of one value, and nothing against zero of differences that are all zero", () => {
    expect(interval([0.1])).toEqual({ mean: 0.1, margin: null, p: null });
    expect(interval([0, 0, 0])).toEqual({ mean: 0, margin: 0, p: 1 });
    expect(interval([0.25, 0.25])).toMatchObject({ p: 0 });
  });
});

it("Holm's adjustment is statsmodels'", () => {
  for (const [i, p] of holm(expected.holm.values).entries()) expect(p).toBeCloseTo(expected.holm.adjusted[i] ?? 0, 12);
  expect(holm([])).toEqual([]);
});

describe("the hierarchical bootstrap", () => {
  // Of 10,000 draws a quantile of 2.5 % has a standard error of some 2 % of the interval's width; ours and numpy's draws are not the same.
  const { seeds, low, high } = expected.bootstrap;

  it("has numpy's quantiles on the same rows, but for what chance does", () => {
    const found = hierarchicalBootstrap(seeds, { draws: 10_000 });
    expect(Math.abs(found.low - low) / (high - low)).toBeLessThan(0.05);
    expect(Math.abs(found.high - high) / (high - low)).toBeLessThan(0.05);
  });

  it("is wider than one that takes the rows of a group, or the clients of a seed, as independent", () => {
    const width = (of: typeof seeds) => {
      const found = hierarchicalBootstrap(of, { draws: 4000 });
      return found.high - found.low;
    };
    const ungrouped = seeds.map((clients) =>
      clients.map(({ differences }) => ({ differences, groups: [...differences.keys()] })),
    );
    expect(width(ungrouped)).toBeLessThan(0.97 * width(seeds));
    const oneSeedEach = seeds.flatMap((clients) => clients.map((client) => [client]));
    expect(width(oneSeedEach)).toBeLessThan(0.9 * width(seeds));
  });

  it("gives the same twice", () => {
    expect(hierarchicalBootstrap(seeds, { draws: 200 })).toEqual(hierarchicalBootstrap(seeds, { draws: 200 }));
  });
});

// Sums of binomial coefficients in whole numbers, by Python: 2 * sum(comb(n, k) for k in range(m + 1)) / 2 ** n.
it.each([
  { up: 3, down: 10, p: 0.09228515625 },
  { up: 0, down: 6, p: 0.03125 },
  { up: 5, down: 5, p: 1 },
  { up: 60, down: 90, p: 0.017597691928785745 },
  { up: 0, down: 0, p: 1 },
])("the sign test of $up against $down", ({ up, down, p }) => {
  const differences = [...new Array<number>(up).fill(0.5), ...new Array<number>(down).fill(-2), 0, 0];
  expect(signTest(differences)).toBeCloseTo(p, 12);
});
