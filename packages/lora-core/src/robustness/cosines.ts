/** How far updates point the same way. */
import { l2Norm } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";

/** Squared length of a sum of directions below which it is rounding. */
const SMALLEST = 1e-10;

/**
 * cos(u_k, sum of the other directions) of every update; null where one of the two is zero. Every update counts with length 1, so that a
 * large one does not turn all the others' cosines. From <d_k, s> with the sum s of all directions d: `updateAt` is asked twice for each
 * k, and one update at a time is held.
 */
export function cosinesToOthers(count: number, updateAt: (k: number) => NamedTensors): readonly (number | null)[] {
  const sum = new Map<string, Float64Array>();
  for (let k = 0; k < count; k++) addDirection(sum, updateAt(k));
  const whole = [...sum.values()].reduce((total, values) => total + values.reduce((part, value) => part + value * value, 0), 0);
  return Array.from({ length: count }, (_, k) => {
    const update = updateAt(k);
    const norm = l2Norm(update);
    if (norm === 0) return null;
    const along = innerProduct(update, sum) / norm;
    const others = whole - 2 * along + 1;
    return others > SMALLEST ? clamp((along - 1) / Math.sqrt(others)) : null;
  });
}

function addDirection(sum: Map<string, Float64Array>, update: NamedTensors): void {
  const norm = l2Norm(update);
  for (const [key, { data }] of update) {
    const values = sum.get(key) ?? new Float64Array(data.length);
    if (norm > 0) for (let i = 0; i < data.length; i++) values[i] = (values[i] as number) + (data[i] as number) / norm;
    sum.set(key, values);
  }
}

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
