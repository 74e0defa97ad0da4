import { describe, expect, it } from "vitest";
import { rateFactor } from "./learningRate.ts";

const factors = (warmupSteps: number, steps: number, span: Parameters<typeof rateFactor>[2] = null) =>
  Array.from({ length: steps }, (_, step) => rateFactor({ warmupSteps }, steps, span)(step));

describe("what the learning rate is multiplied with", () => {
  it("rises linearly, then stays", () => {
    expect(factors(4, 6)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
    expect(factors(0, 1)).toEqual([1]);
  });

  it("falls by half a cosine over all trainings of an adapter, and goes on where the one before ended", () => {
    const whole = factors(0, 8, { from: 0, to: 1 });
    const halves = [...factors(0, 4, { from: 0, to: 0.5 }), ...factors(0, 4, { from: 0.5, to: 1 })];
    halves.forEach((factor, i) => {
      expect(factor).toBeCloseTo(whole[i] ?? Number.NaN, 12);
    });
    // cos^2(pi t / 2), as (1 + cos(pi t)) / 2 is.
    whole.forEach((factor, i) => {
      expect(factor).toBeCloseTo(Math.cos((Math.PI * i) / 16) ** 2, 12);
    });
  });

  it("falls while it rises", () => {
    const [first = Number.NaN, second] = factors(2, 2, { from: 0.5, to: 1 });
    expect(first).toBeCloseTo(0.25, 12);
    expect(second).toBeCloseTo(Math.cos((Math.PI * 3) / 8) ** 2, 12);
  });
});
