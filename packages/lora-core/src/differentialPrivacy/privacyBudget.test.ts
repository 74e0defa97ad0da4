import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrateNoise } from "./calibrateNoise.ts";
import type { Mechanism } from "./mechanism.ts";
import { affordableChoice, affordableSteps, assertDelta, defaultDelta } from "./privacyBudget.ts";
import { curveOf, epsilonOf } from "./privacyLoss.ts";

const target = { epsilon: 3, delta: 5e-3 };
const step = { noiseMultiplier: 2, samplingRate: 0.16 };

describe("a privacy budget", () => {
  it("affords all the steps that fit, and not one more", () => {
    const steps = affordableSteps(target, [], step, 100_000);
    expect(steps).toBeGreaterThan(10);
    expect(epsilonOf(curveOf([{ ...step, steps }]), target.delta)).toBeLessThanOrEqual(target.epsilon);
    expect(epsilonOf(curveOf([{ ...step, steps: steps + 1 }]), target.delta)).toBeGreaterThan(target.epsilon);
    expect(affordableSteps(target, [], step, 7)).toBe(7);
    expect(affordableSteps(target, [{ ...step, steps: 10 }], step, 100_000)).toBe(steps - 10);
  });

  it("affords nothing once it is spent, also where a step costs next to nothing", () => {
    const spent = [{ noiseMultiplier: 0.5, samplingRate: 1, steps: 10 }];
    expect(affordableSteps(target, spent, { noiseMultiplier: 1e4, samplingRate: 1e-6 }, 10)).toBe(0);
    expect(calibrateNoise(target, { samplingRate: 0.1, steps: 10 }, spent)).toBeNull();
  });

  it("is never exceeded, whatever was spent and however it is taken", () => {
    const anyStep = fc.record({
      noiseMultiplier: fc.double({ min: 0.4, max: 20, noNaN: true }),
      samplingRate: fc.double({ min: 0.001, max: 1, noNaN: true }),
      steps: fc.integer({ min: 1, max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 2 }), anyStep, ([...spent], next) => {
        const steps = affordableSteps(target, spent, next, next.steps);
        const after = epsilonOf(curveOf([...spent, { ...next, steps }]), target.delta);
        expect(steps === 0 || after <= target.epsilon).toBe(true);
      }),
      { numRuns: 30, seed: 5 },
    );
  });

  it("is what calibrated noise spends: the planned steps after what was spent before, and none beyond", () => {
    const spent = [{ ...step, steps: 12 }];
    const planned = { samplingRate: 0.1, steps: 60 };
    const noiseMultiplier = calibrateNoise(target, planned, spent) ?? 0;
    expect(noiseMultiplier).toBeGreaterThan(calibrateNoise(target, planned) ?? 0);
    expect(affordableSteps(target, spent, { ...planned, noiseMultiplier }, 1000)).toBe(60);
  });

  it("gives a choice half of what is left, one after the other, and none where hardly anything is", () => {
    const first = affordableChoice(target, []) ?? Number.NaN;
    expect(epsilonOf(curveOf([{ choiceEpsilon: first, steps: 1 }]), target.delta)).toBeCloseTo(target.epsilon / 2, 2);
    let spent: readonly Mechanism[] = [];
    for (let given = affordableChoice(target, spent); given !== null; given = affordableChoice(target, spent)) {
      spent = [...spent, { choiceEpsilon: given, steps: 1 }];
      expect(epsilonOf(curveOf(spent), target.delta)).toBeLessThanOrEqual(target.epsilon);
    }
    expect(spent.length).toBeGreaterThan(2);
    expect(epsilonOf(curveOf(spent), target.delta)).toBeGreaterThan(0.85 * target.epsilon);
    expect(affordableChoice(target, [{ noiseMultiplier: 0.5, samplingRate: 1, steps: 10 }])).toBeNull();
  });

  it("refuses a delta with which a row could be published whole", () => {
    expect(() => assertDelta(0.011, 100)).toThrow("A delta of 0.011 is more than one part in 100");
    const told = ["deltaTooLarge", 0.011, 100];
    expect(() => assertDelta(0.011, 100)).toThrow(expect.objectContaining({ code: "PRIVACY_SETTINGS", told }));
    expect(() => assertDelta(0, 100)).toThrow("delta");
    expect(() => assertDelta(0.01, 100)).not.toThrow();
    expect(() => assertDelta(defaultDelta(1), 1)).not.toThrow();
  });
});
