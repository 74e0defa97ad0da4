/**
 * Updates that would go into the base, kept as factors beside it. The base at a client is frozen, shared by all adapters and maybe
 * quantised, so nothing is added to its weights; a stacked factor pair acts the same in every forward pass.
 */
import { rankOf, scaled, stackRanks } from "../adapters/adapterSum.ts";
import { truncateRank } from "../adapters/thinSvd.ts";
import { assertFinite, assertSameLayout, type NamedTensors } from "../tensors/namedTensors.ts";
import { ordered, weightsOf } from "./contributions.ts";
import type { Contribution, Weighting } from "./strategy.ts";

/**
 * sum_k p_k B_k A_k of the uploaded adapters, exact: their stack. Its rank is the sum of theirs.
 * @throws {RangeError} no contribution, zero total weight, unequal layouts, or a non-finite value.
 */
export function stackedMean(contributions: readonly Contribution[], weighting: Weighting): NamedTensors {
  const inOrder = ordered(contributions);
  const weights = weightsOf(inOrder, weighting);
  const updates = inOrder.map(({ tensors, clientId }, k) => {
    assertFinite(tensors, clientId);
    return scaled(tensors, weights[k] ?? 0);
  });
  const [first] = updates;
  for (const [k, update] of updates.entries()) assertSameLayout(first ?? update, update, inOrder[k]?.clientId ?? "");
  return stackRanks(updates);
}

/**
 * What was merged so far and one more update, as one adapter. Beyond `maxRank`, or the rank that a full matrix has, it becomes the
 * nearest adapter of that rank: no loss in the second case, the smallest possible one in the first.
 */
export function mergeUpdate(merged: NamedTensors | null, update: NamedTensors, maxRank: number): NamedTensors {
  const sum = merged ? stackRanks([merged, update]) : update;
  const limit = Math.min(maxRank, fullRank(sum));
  return rankOf(sum) > limit ? truncateRank(sum, limit) : sum;
}

/** min(in, out) of the largest module. */
function fullRank(adapter: NamedTensors): number {
  const shapes = [...adapter.values()].map(({ shape }) => shape);
  const sides = shapes.flatMap((a, i) => (i % 2 === 0 ? [Math.min(a[1] ?? 0, shapes[i + 1]?.[0] ?? 0)] : []));
  return Math.max(...sides);
}
