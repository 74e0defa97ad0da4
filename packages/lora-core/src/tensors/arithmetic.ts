/** Linear algebra over {@link NamedTensors}: pure, float64 accumulation, new arrays out, inputs untouched. */
import { assertSameLayout, hasOnlyFinite, type NamedTensors } from "./namedTensors.ts";

/**
 * out = sum_j coefficients[j] * inputs[j], element by element. Inputs are taken one after the other and none but the first is kept, so
 * that they may be read from somewhere on the way.
 * @throws {RangeError} no input, unequal layouts, as many coefficients as inputs not given, or a non-finite result.
 */
export function linearCombination(coefficients: readonly number[], inputs: Iterable<NamedTensors>): NamedTensors {
  let first: NamedTensors | null = null;
  const sums = new Map<string, Float64Array>();
  let count = 0;
  for (const input of inputs) {
    first ??= input;
    assertSameLayout(first, input, `input ${count}`);
    const coefficient = coefficients[count++] ?? 0;
    for (const [key, { data }] of input) {
      const sum = sums.get(key) ?? new Float64Array(data.length);
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + coefficient * (data[i] as number);
      sums.set(key, sum);
    }
  }
  if (!first) throw new RangeError("linearCombination: no tensors");
  if (coefficients.length !== count) {
    throw new RangeError(`linearCombination: ${coefficients.length} coefficients for ${count} inputs`);
  }
  const out = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [key, { shape }] of first) {
    const data = new Float32Array(sums.get(key) ?? []);
    if (!hasOnlyFinite(data)) throw new RangeError(`linearCombination: non-finite value in ${key}`);
    out.set(key, { shape, data });
  }
  return out;
}

/** f(x, y) of every pair of elements. @throws {RangeError} on unequal layouts. */
export function combineElements(x: NamedTensors, y: NamedTensors, f: (x: number, y: number) => number): NamedTensors {
  assertSameLayout(x, y, "the second operand");
  return new Map(
    [...x].map(([key, { shape, data }]) => {
      const other = y.get(key)?.data ?? data;
      return [key, { shape, data: data.map((value, i) => f(value, other[i] ?? 0)) }];
    }),
  );
}

/** All zeros with the layout of `like`. */
export function zerosLike(like: NamedTensors): NamedTensors {
  return new Map([...like].map(([key, { shape, data }]) => [key, { shape, data: new Float32Array(data.length) }]));
}

/** Euclidean norm over every element of every tensor. */
export function l2Norm(tensors: NamedTensors): number {
  let sum = 0;
  for (const { data } of tensors.values()) {
    for (let i = 0; i < data.length; i++) {
      const value = data[i] as number;
      sum += value * value;
    }
  }
  return Math.sqrt(sum);
}

/** Euclidean norm of x - y. @throws {RangeError} on unequal layouts. */
export function distanceBetween(x: NamedTensors, y: NamedTensors): number {
  assertSameLayout(x, y, "the second operand");
  let sum = 0;
  for (const [key, { data }] of x) {
    const other = y.get(key)?.data ?? data;
    for (let i = 0; i < data.length; i++) sum += ((data[i] as number) - (other[i] as number)) ** 2;
  }
  return Math.sqrt(sum);
}
