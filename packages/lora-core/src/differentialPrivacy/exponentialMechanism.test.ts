import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../tensors/random.ts";
import { chooseByUtility, rdpOfChoice } from "./exponentialMechanism.ts";
import { curveOf, epsilonOf } from "./privacyLoss.ts";

/** Logarithms of the probabilities by the definition, on their own. */
function logProbabilities(utilities: readonly number[], epsilon: number): readonly number[] {
  const all = logSum(utilities.map((utility) => epsilon * utility));
  return utilities.map((utility) => epsilon * utility - all);
}

/** D_order(p || q), of logarithms. */
function divergence(p: readonly number[], q: readonly number[], order: number): number {
  return logSum(p.map((of, i) => order * of + (1 - order) * (q[i] ?? 0))) / (order - 1);
}

function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}

const unit = fc.double({ min: 0, max: 1, noNaN: true });

describe("a private choice", () => {
  it("diverges no more than it is counted as, with a row added or removed, whatever the row gives to each candidate", () => {
    const cases = fc.record({
      before: fc.array(fc.double({ min: 0, max: 12, noNaN: true }), { minLength: 5, maxLength: 5 }),
      // The worst rows give all or nothing.
      row: fc.array(fc.oneof(fc.constantFrom(0, 1), unit), { minLength: 5, maxLength: 5 }),
      epsilon: fc.double({ min: 0.05, max: 6, noNaN: true }),
      order: fc.double({ min: 1.05, max: 40, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ before, row, epsilon, order }) => {
        const without = logProbabilities(before, epsilon);
        const withRow = logProbabilities(
          before.map((utility, i) => utility + (row[i] ?? 0)),
          epsilon,
        );
        const bound = rdpOfChoice(epsilon, order) + 1e-9;
        return divergence(without, withRow, order) <= bound && divergence(withRow, without, order) <= bound;
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it("is counted closely: the worst row comes to within a tenth of it at a small epsilon", () => {
    const worst = Math.max(
      ...[0.5, 1, 2, 4].map((others) => {
        const [p, q] = [logProbabilities([0, others], 0.2), logProbabilities([1, others], 0.2)];
        return divergence(p, q, 4);
      }),
    );
    expect(worst).toBeGreaterThan(0.9 * rdpOfChoice(0.2, 4));
  });

  it("costs at most its epsilon, and less than their sum where there are many", () => {
    expect(epsilonOf(curveOf([{ choiceEpsilon: 2, steps: 1 }]), 1e-5)).toBeLessThanOrEqual(2.01);
    expect(epsilonOf(curveOf([{ choiceEpsilon: 0.1, steps: 100 }]), 1e-5)).toBeLessThan(6);
  });

  it("chooses with the probabilities of its definition", () => {
    const utilities = [3, 3.5, 1, 4];
    const uniform = random(1, "choices");
    const counts = [0, 0, 0, 0];
    const draws = 20_000;
    for (let i = 0; i < draws; i++) counts[chooseByUtility(utilities, 1.5, uniform)]! += 1;
    // Five standard errors of a share.
    for (const [i, log] of logProbabilities(utilities, 1.5).entries()) {
      const expected = Math.exp(log);
      expect(Math.abs((counts[i] ?? 0) / draws - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / draws));
    }
  });

  it("holds at the ends of its draw, for utilities far apart, and refuses to choose from nothing", () => {
    expect(chooseByUtility([1000, 0, 0], 8, () => 1 - 2 ** -53)).toBe(0);
    expect(chooseByUtility([0, 0, 1000], 8, () => 0)).toBe(2);
    expect(chooseByUtility([2, 2, 2], 1, () => 1 - 2 ** -53)).toBe(2);
    expect(() => chooseByUtility([], 1, () => 0)).toThrow("candidate");
  });
});
