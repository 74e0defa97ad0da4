/** Averaging what clients sent: the one place where client weights are decided. */
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { Contribution } from "./strategy.ts";

/** uniform: 1/N each, as the paper prints it; samples: n_k / n, by training rows. */
export type Weighting = "uniform" | "samples";

/**
 * sum_k p_k x_k over the contributions, mean of A and mean of B separately.
 * Note that the mean of A times the mean of B is not the mean of B A; methods that use this say so.
 * @throws {RangeError} no contribution, zero total weight, unequal layouts, or a non-finite value.
 */
export function mean(contributions: readonly Contribution[], weighting: Weighting): NamedTensors {
  if (contributions.length === 0) throw new RangeError("Nothing to aggregate: no client contributed");
  // One fixed order makes the float sums independent of arrival order.
  const ordered = [...contributions].sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
  const weights = ordered.map(({ sampleCount }) => (weighting === "uniform" ? 1 : sampleCount));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError(`Nothing to aggregate: the total weight is ${total}`);
  return linearCombination(
    weights.map((weight) => weight / total),
    ordered.map(({ tensors }) => tensors),
  );
}
