/** How much may be learned of any single row, and how many steps that still affords. Pure; the values survive a structured clone. */
import { workError } from "../errors/workError.ts";
import type { Mechanism, StepOf } from "./mechanism.ts";
import { curveOf, curveOfStep, epsilonOf, plus } from "./privacyLoss.ts";

/** (epsilon, delta): with probability 1 - delta, no outcome becomes more than e^epsilon times as likely with a row as without it. */
export interface PrivacyTarget {
  readonly epsilon: number;
  readonly delta: number;
}

/** Of `rows` rows where nobody says: as Li et al. 2022 (arXiv:2110.05679), 1 / (2 N). */
export const defaultDelta = (rows: number): number => 1 / (2 * rows);

/**
 * A delta above 1 / N is no protection: publishing a random row whole would pass.
 * @throws {DuetError} PRIVACY_SETTINGS, saying so.
 */
export function assertDelta(delta: number, rows: number): void {
  if (delta > 0 && delta <= 1 / rows) return;
  throw workError("PRIVACY_SETTINGS", ["deltaTooLarge", delta, rows]);
}

/** How many of `most` steps may still be taken after what was spent, so that the target is not exceeded. */
export function affordableSteps(
  { epsilon, delta }: PrivacyTarget,
  spent: readonly Mechanism[],
  step: StepOf<Mechanism>,
  most: number,
): number {
  const before = curveOf(spent);
  const one = curveOfStep(step);
  const fits = (steps: number) => epsilonOf(plus(before, one, steps), delta) <= epsilon;
  let [affordable, tooMany] = [0, most + 1];
  if (!fits(0)) return 0;
  while (tooMany - affordable > 1) {
    const middle = Math.floor((affordable + tooMany) / 2);
    if (fits(middle)) affordable = middle;
    else tooMany = middle;
  }
  return affordable;
}

/** Width at which the search of an epsilon ends, of the target's. */
const PRECISION = 1e-4;
/** Of the target's epsilon: with less a choice is hardly more than a draw of lots. */
const LEAST_CHOICE = 0.05;

/**
 * The largest epsilon of one choice that takes at most half of what is left after what was spent, so that a choice that was interrupted, and the
 * next federation's, still have something; null where that is too little to choose by.
 */
export function affordableChoice({ epsilon, delta }: PrivacyTarget, spent: readonly Mechanism[]): number | null {
  const before = curveOf(spent);
  const half = (epsilonOf(before, delta) + epsilon) / 2;
  const fits = (choiceEpsilon: number) => epsilonOf(plus(before, curveOfStep({ choiceEpsilon })), delta) <= half;
  let [enough, tooMuch] = [0, epsilon];
  while (tooMuch - enough > PRECISION * epsilon) {
    const middle = (enough + tooMuch) / 2;
    if (fits(middle)) enough = middle;
    else tooMuch = middle;
  }
  return enough >= LEAST_CHOICE * epsilon ? enough : null;
}
