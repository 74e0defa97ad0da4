/** Averaging what clients sent: the one place where client weights are decided. */
import { withPart } from "../adapters/adapterSum.ts";
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { Contribution, Weighting } from "./strategy.ts";

/** In one fixed order, which makes the float sums independent of the order of arrival. */
export function ordered<T extends { readonly clientId: string }>(contributions: readonly T[]): readonly T[] {
  return [...contributions].sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
}

/** p_k of every contribution, summing to 1. @throws {RangeError} no contribution or zero total weight. */
export function weightsOf(
  contributions: readonly Pick<Contribution, "sampleCount" | "weight">[],
  weighting: Weighting,
): readonly number[] {
  if (contributions.length === 0) throw new RangeError("Nothing to aggregate: no client contributed");
  const weights = contributions.map(({ sampleCount, weight = 1 }) => weight * (weighting === "uniform" ? 1 : sampleCount));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError(`Nothing to aggregate: the total weight is ${total}`);
  return weights.map((weight) => weight / total);
}

/** Its own weight, for one that is made of it. */
export const weighed = ({ weight }: { readonly weight?: number | undefined }): Pick<Contribution, "weight"> =>
  weight === undefined ? {} : { weight };

/**
 * sum_k p_k x_k over the contributions, mean of A and mean of B separately. One contribution at a time is in memory.
 * Note that the mean of A times the mean of B is not the mean of B A; methods that use this say so.
 * @throws {RangeError} no contribution, zero total weight, unequal layouts, or a non-finite value.
 */
export function mean(contributions: readonly Contribution[], weighting: Weighting): NamedTensors {
  const inOrder = ordered(contributions);
  return linearCombination(weightsOf(inOrder, weighting), oneByOne(inOrder));
}

/** Their tensors, each read when its turn comes. */
function* oneByOne(contributions: readonly Contribution[]): Generator<NamedTensors> {
  for (const { tensors } of contributions) yield tensors;
}

/** theta - difference where there is a difference, theta elsewhere. @throws {RangeError} on a key or shape theta does not have. */
export function movedBy(theta: NamedTensors, difference: NamedTensors): NamedTensors {
  const touched = new Map([...theta].filter(([key]) => difference.has(key)));
  return withPart(theta, linearCombination([1, -1], [touched, difference]));
}
