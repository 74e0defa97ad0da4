import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { calibrateNoise } from "./calibrateNoise.ts";
import { logErfc } from "./logErfc.ts";
import { composed, type NoisySteps } from "./mechanism.ts";
import { curveOf, curveOfStep, epsilonOf, plus } from "./privacyLoss.ts";

interface Fixture {
  readonly deltas: readonly number[];
  readonly orders: readonly number[];
  readonly cases: readonly { readonly mechanisms: readonly [number, number, number][]; readonly epsilons: readonly number[] }[];
  readonly calibrated: readonly (NoisySteps & { readonly epsilon: number; readonly delta: number })[];
}
const fixture: Fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/differentialPrivacy/accountant.json", import.meta.url), "utf8"),
);
/** Absolute; the largest epsilon of the fixture is 5065. */
const TOLERANCE = 1e-6;

describe("the accountant, as dp-accounting to 1e-6", () => {
  it.each(fixture.cases.map((each) => ({ ...each, name: JSON.stringify(each.mechanisms) })))(
    "$name",
    ({ mechanisms, epsilons }) => {
      const all = mechanisms.map(([noiseMultiplier, samplingRate, steps]) => ({ noiseMultiplier, samplingRate, steps }));
      const found = fixture.deltas.map((delta) => epsilonOf(curveOf(all), delta));
      found.forEach((epsilon, i) => {
        const expected = epsilons[i] ?? Number.NaN;
        expect(Math.abs(epsilon - expected)).toBeLessThanOrEqual(TOLERANCE);
      });
    },
  );

  it("looks at as many orders", () => {
    expect(curveOfStep({ noiseMultiplier: 1, samplingRate: 1 }).map((loss) => loss * 2)).toEqual(fixture.orders);
  });

  it.each(fixture.calibrated)("finds the noise for epsilon $epsilon over $steps steps", ({ noiseMultiplier, ...planned }) => {
    const found = calibrateNoise(planned, planned) ?? 0;
    expect(found).toBeGreaterThanOrEqual(noiseMultiplier * (1 - 1e-6));
    expect(found).toBeLessThanOrEqual(noiseMultiplier * (1 + 2e-4));
    // What it is rounded to keeps what it promises.
    expect(epsilonOf(curveOf([{ ...planned, noiseMultiplier: found }]), planned.delta)).toBeLessThanOrEqual(planned.epsilon);
  });
});

describe("privacy loss", () => {
  it("adds up, whatever the order", () => {
    const first = { noiseMultiplier: 1.3, samplingRate: 0.2, steps: 30 };
    const second = { noiseMultiplier: 4, samplingRate: 1, steps: 5 };
    const together = epsilonOf(curveOf([first, second]), 1e-4);
    expect(epsilonOf(curveOf([second, first]), 1e-4)).toBeCloseTo(together, 12);
    expect(epsilonOf(plus(curveOf([first]), curveOfStep(second), 5), 1e-4)).toBeCloseTo(together, 12);
    expect(together).toBeGreaterThan(epsilonOf(curveOf([first]), 1e-4));
  });

  it("is nothing before the first step, and refuses a delta that is none", () => {
    expect(epsilonOf(curveOf([]), 1e-5)).toBe(0);
    for (const delta of [0, 1, -1, Number.NaN])
      expect(() => epsilonOf(curveOf([]), delta)).toThrow("delta must lie between 0 and 1");
  });

  it("merges equal mechanisms and keeps others apart", () => {
    const step = { noiseMultiplier: 1.5, samplingRate: 0.1 };
    expect(
      composed(
        [{ ...step, steps: 3 }],
        [
          { ...step, noiseMultiplier: 2, steps: 1 },
          { ...step, steps: 4 },
        ],
      ),
    ).toEqual([
      { ...step, steps: 7 },
      { ...step, noiseMultiplier: 2, steps: 1 },
    ]);
    expect(composed([], [{ ...step, steps: 0 }])).toEqual([]);
  });

  it("takes the logarithm of erfc where erfc is 0 too", () => {
    // SciPy 1.17.1: log(2) + log_ndtr(-x sqrt(2)).
    const known = [
      [-5, 0.6931471805591766],
      [-1.5, 0.6760545027339605],
      [0.3, -0.39843005144008525],
      [1.9999, -5.364499457773531],
      [2.0001, -5.365383089934764],
      [30, -903.9741171106442],
    ] as const;
    for (const [x, expected] of known) expect(Math.abs(logErfc(x) / expected - 1)).toBeLessThan(1e-11);
  });
});
