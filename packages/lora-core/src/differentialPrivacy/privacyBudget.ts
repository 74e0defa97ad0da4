/** How much may be learned of any single row, and how many steps that still affords. Pure; the values survive a structured clone. */
import type { Mechanism } from "./mechanism.ts";
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
 * @throws {RangeError} saying so.
 */
export function assertDelta(delta: number, rows: number): void {
  if (delta > 0 && delta <= 1 / rows) return;
  throw new RangeError(`A delta of ${delta} is more than one part in ${rows}, the number of rows: it would protect nobody`);
}

/** How many of `most` steps may still be taken after what was spent, so that the target is not exceeded. */
export function affordableSteps(
  { epsilon, delta }: PrivacyTarget,
  spent: readonly Mechanism[],
  step: Pick<Mechanism, "noiseMultiplier" | "samplingRate">,
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
