/** One comparison of an op with its reference: the same on every backend. */

import { normal, random } from "@duet/lora-core/tensors/random";
import type * as tf from "@tensorflow/tfjs";

/** An input that gradients are taken of. */
export interface OpInput {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface OpCase {
  readonly name: string;
  readonly inputs: readonly OpInput[];
  /** Makes frozen weights, which outlive a gradient and are freed by the test, and returns the op over them. */
  readonly op: () => (inputs: readonly tf.Tensor[]) => tf.Tensor;
  readonly reference: (inputs: readonly Float64Array[]) => Float64Array;
  /** One gradient per input, of sum(dy * output). */
  readonly gradients: (inputs: readonly Float64Array[], dy: Float64Array) => readonly Float64Array[];
}

/** Seeded standard normal values that float32 holds exactly, so that both sides start from the same numbers. */
export function noise(size: number, ...labels: readonly (string | number)[]): Float64Array {
  const uniform = random(1, ...labels);
  return Float64Array.from({ length: size }, () => Math.fround(normal(uniform)));
}

/** {@link noise} as an input of this shape. */
export function noiseInput(shape: readonly number[], ...labels: readonly (string | number)[]): OpInput {
  return {
    shape,
    data: noise(
      shape.reduce((product, extent) => product * extent, 1),
      ...labels,
      shape.join("x"),
    ),
  };
}
