import type { Random } from "../tensors/random.ts";

/** Every item with the given probability, whatever becomes of the others; their number differs from draw to draw and may be 0. */
export function poissonSample<T>(items: readonly T[], rate: number, uniform: Random): readonly T[] {
  return items.filter(() => uniform() < rate);
}
