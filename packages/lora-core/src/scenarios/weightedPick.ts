/** Random choice by weight. */
import type { Random } from "../tensors/random.ts";

/** An item with probability weight / sum of weights. @throws {RangeError} when no weight is positive. */
export function weightedPick<T>(weights: ReadonlyMap<T, number>, uniform: Random): T {
  let rest = uniform() * [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  let last: { item: T } | null = null;
  for (const [item, weight] of weights) {
    if (!(weight > 0)) continue;
    last = { item };
    rest -= weight;
    if (rest < 0) return item;
  }
  if (!last) throw new RangeError("weightedPick: no weight is positive");
  return last.item;
}
