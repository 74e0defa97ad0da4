/** How far updates point the same way. */
import type { NamedTensors } from "../tensors/namedTensors.ts";

/** Squared length of a sum of directions below which it is rounding. */
const SMALLEST = 1e-10;

/**
 * The sum s of the directions d_k = u_k / |u_k| of updates, each with length 1, so that a large one does not turn all the others' cosines.
 * Updates are given one after the other and none is kept: once to {@link DirectionSum.add}, and when all were, to ask.
 */
export interface DirectionSum {
  /** `norm` is |u_k|; nothing is added when it is 0. */
  add(update: NamedTensors, norm: number): void;
  /** cos(u_k, s - d_k), from <d_k, s>; null where one of the two is zero. Asked of an update that was added, scaled or not. */
  cosineToOthers(update: NamedTensors, norm: number): number | null;
}

export function createDirectionSum(): DirectionSum {
  const sum = new Map<string, Float64Array>();
  let squared: number | null = null;

  return {
    add(update, norm) {
      squared = null;
      for (const [key, { data }] of update) {
        const values = sum.get(key) ?? new Float64Array(data.length);
        if (norm > 0) for (let i = 0; i < data.length; i++) values[i] = (values[i] as number) + (data[i] as number) / norm;
        sum.set(key, values);
      }
    },
    cosineToOthers(update, norm) {
      if (norm === 0) return null;
      squared ??= squaredNorm(sum);
      const along = innerProduct(update, sum) / norm;
      const others = squared - 2 * along + 1;
      return others > SMALLEST ? clamp((along - 1) / Math.sqrt(others)) : null;
    },
  };
}

const squaredNorm = (sum: ReadonlyMap<string, Float64Array>) =>
  [...sum.values()].reduce((total, values) => total + values.reduce((part, value) => part + value * value, 0), 0);

function innerProduct(update: NamedTensors, sum: ReadonlyMap<string, Float64Array>): number {
  let product = 0;
  for (const [key, { data }] of update) {
    const values = sum.get(key) ?? data;
    for (let i = 0; i < data.length; i++) product += (data[i] as number) * (values[i] as number);
  }
  return product;
}

/** Rounding may leave a hair beyond. */
const clamp = (cosine: number) => Math.max(-1, Math.min(1, cosine));
