/**
 * Frobenius norms of sums of updates that are too many to be stacked: every update X = B A [out, in] is taken times a few random
 * directions, which is linear in X, so that sums of updates are sums of sketches and an update is seen once and let go.
 *
 *   |X|_F^2  ~  |X G|_F^2 / m,   G [in, m] of independent signs ±1
 *
 * Unbiased, since E[G G^T] = m I. Its variance is 2 (|X^T X|_F^2 - sum_i (X^T X)_ii^2) / m (Hutchinson 1990; Avron and Toledo 2011),
 * at most 2 |X|_F^4 / (m s), where s = |X|_F^4 / |X^T X|_F^2 >= 1 says over how many directions X spreads. So a norm is off by
 * about 1 / sqrt(2 m s) of itself: with m = 64 by 9 % for an update of rank one, by 3 % for one over ten directions.
 * X is all modules below each other, with one G, because their norms are added. Deterministic; R m (in + out) steps an update. Pure.
 */
import { factorAKey, factorBKey } from "../adapters/adapterLayout.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { random } from "../tensors/random.ts";

/** m of a few updates. */
export const MOST_DIRECTIONS = 64;
const FEWEST_DIRECTIONS = 12;
/** Steps that are spent on one sum of updates while m allows it: some seconds. */
const STEPS = 2 ** 31;

/**
 * m for so many values of all updates together: fewer for many, so that the time is bounded. The sum of many updates spreads over many
 * directions: with 12, a sum of 500 over ten of them is off by 6 %.
 */
export const directionsFor = (values: number): number =>
  Math.max(FEWEST_DIRECTIONS, Math.min(MOST_DIRECTIONS, Math.floor(STEPS / values)));

/** X G [out, m] of each module. */
export type UpdateSketch = ReadonlyMap<string, Float64Array>;

/** The sketch of the sum of these adapters' updates in m directions; they may differ in rank. Each is taken from `updates` once. */
export function sketchOf(updates: Iterable<NamedTensors>, m: number): UpdateSketch {
  const sketch = new Map<string, Float64Array>();
  for (const update of updates) {
    for (const [key, a] of update) {
      if (!key.endsWith(factorAKey(""))) continue;
      const module = key.slice(0, -factorAKey("").length);
      const b = update.get(factorBKey(module));
      if (!b) throw new RangeError(`The adapter has no module ${module}`);
      const sum = sketch.get(module) ?? new Float64Array((b.shape[0] ?? 0) * m);
      addProduct(sum, m, b, addProduct(new Float64Array((a.shape[0] ?? 0) * m), m, a, directions(a.shape[1] ?? 0, m)));
      sketch.set(module, sum);
    }
  }
  return sketch;
}

/** Estimate from m directions of |X|_F^2, or of |X - Y|_F^2 where another update's sketch is given. */
export function squaredNormOf(m: number, x: Float64Array, y?: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += ((x[i] as number) - (y?.[i] ?? 0)) ** 2;
  return sum / m;
}

/** sum [rows, m] += matrix [rows, columns] right [columns, m]; four columns at a time, which is twice as fast as one. */
function addProduct(sum: Float64Array, m: number, { shape, data }: HostTensor, right: Float64Array): Float64Array {
  const [rows = 0, columns = 0] = shape;
  const at = (row: number, column: number) => (column < columns ? (data[row * columns + column] as number) : 0);
  const startOf = (column: number) => Math.min(column, columns - 1) * m;
  for (let row = 0; row < rows; row++) {
    const target = row * m;
    for (let column = 0; column < columns; column += 4) {
      const [a, b, c, d] = [at(row, column), at(row, column + 1), at(row, column + 2), at(row, column + 3)];
      const [ofA, ofB, ofC, ofD] = [startOf(column), startOf(column + 1), startOf(column + 2), startOf(column + 3)];
      for (let j = 0; j < m; j++) {
        sum[target + j] =
          (sum[target + j] as number) +
          a * (right[ofA + j] as number) +
          b * (right[ofB + j] as number) +
          c * (right[ofC + j] as number) +
          d * (right[ofD + j] as number);
      }
    }
  }
  return sum;
}

/** The largest G that was needed so far; a smaller one is its beginning. */
let signs = new Float64Array();

/** G [columns, m], always the same. */
function directions(columns: number, m: number): Float64Array {
  if (signs.length < columns * m) {
    const uniform = random(0, "updateSketch");
    signs = Float64Array.from({ length: columns * m }, () => (uniform() < 0.5 ? -1 : 1));
  }
  return signs;
}
