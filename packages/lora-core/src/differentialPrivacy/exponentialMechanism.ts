/**
 * A choice among given candidates that tells little of any single row (McSherry and Talwar 2007): a candidate whose rows add up to the
 * utility u is chosen with a probability proportional to exp(epsilon u), where a row adds between 0 and 1 to each.
 *
 * A row more moves every utility by between 0 and 1, the same way for all candidates, so that the logarithms of all probabilities move
 * within a range of epsilon: the choice is epsilon-bounded-range (Durfee and Rogers 2019, arXiv:1905.04273), hence epsilon-private,
 * and its Renyi divergence at an order is at most order epsilon^2 / 8 (Cesar and Rogers 2021, arXiv:2004.07223).
 */
import type { Random } from "../tensors/random.ts";

/** Renyi divergence of one choice at an order above 1. */
export const rdpOfChoice = (epsilon: number, order: number): number => Math.min(epsilon, (order * epsilon ** 2) / 8);

/**
 * The place of the chosen candidate. `utilities` are sums over rows of numbers in [0, 1], finite; `uniform` is one number in [0, 1), from a
 * cryptographic source but in tests.
 * @throws {RangeError} without a candidate.
 */
export function chooseByUtility(utilities: readonly number[], epsilon: number, uniform: Random): number {
  const best = Math.max(...utilities);
  const weights = utilities.map((utility) => Math.exp(epsilon * (utility - best)));
  let left = uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  if (weights.length === 0) throw new RangeError("A choice needs a candidate");
  return chosen === -1 ? weights.length - 1 : chosen;
}
