/** How much noise planned steps need. */

import type { Mechanism, NoisySteps } from "./mechanism.ts";
import type { PrivacyTarget } from "./privacyBudget.ts";
import { curveOf, curveOfStep, epsilonOf, plus } from "./privacyLoss.ts";

/** Relative width at which the bisection ends. */
const PRECISION = 1e-4;
/** Where nobody would learn anything any more. */
const MOST_NOISE = 1e4;

/**
 * The smallest noise multiplier, to a ten-thousandth and rounded up, with which what was spent and the planned steps together stay within the
 * target; null where not even noise that drowns everything does. The loss falls as the noise grows.
 */
export function calibrateNoise(
  target: PrivacyTarget,
  planned: Pick<NoisySteps, "samplingRate" | "steps">,
  spent: readonly Mechanism[] = [],
): number | null {
  const before = curveOf(spent);
  const fits = (noiseMultiplier: number) => {
    const step = curveOfStep({ noiseMultiplier, samplingRate: planned.samplingRate });
    return epsilonOf(plus(before, step, planned.steps), target.delta) <= target.epsilon;
  };
  let [tooLittle, enough] = [0, 1];
  while (!fits(enough)) {
    if (enough >= MOST_NOISE) return null;
    [tooLittle, enough] = [enough, 2 * enough];
  }
  while (enough - tooLittle > PRECISION * enough) {
    const middle = (tooLittle + enough) / 2;
    if (fits(middle)) enough = middle;
    else tooLittle = middle;
  }
  return enough;
}
