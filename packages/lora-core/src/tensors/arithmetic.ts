/** Linear algebra over {@link NamedTensors}: pure, float64 accumulation, new arrays out, inputs untouched. */
import { assertSameLayout, type NamedTensors } from "./namedTensors.ts";

/**
 * out = sum_j coefficients[j] * inputs[j], element by element.
 * @throws {RangeError} no input, unequal layouts, as many coefficients as inputs not given, or a non-finite result.
 */
export function linearCombination(coefficients: readonly number[], inputs: readonly NamedTensors[]): NamedTensors {
  const first = inputs[0];
  if (!first) throw new RangeError("linearCombination: no tensors");
  if (coefficients.length !== inputs.length) {
    throw new RangeError(`linearCombination: ${coefficients.length} coefficients for ${inputs.length} inputs`);
  }
  inputs.forEach((input, index) => {
    assertSameLayout(first, input, `input ${index}`);
  });
  const out = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [key, { shape, data }] of first) {
    const sum = new Float64Array(data.length);
    inputs.forEach((input, index) => {
      const coefficient = coefficients[index] as number;
      const values = input.get(key)?.data as Float32Array;
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + coefficient * (values[i] as number);
    });
    const result = Float32Array.from(sum);
    if (!result.every(Number.isFinite)) throw new RangeError(`linearCombination: non-finite value in ${key}`);
    out.set(key, { shape, data: result });
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
  for (const { data } of tensors.values()) for (const value of data) sum += value * value;
  return Math.sqrt(sum);
}
