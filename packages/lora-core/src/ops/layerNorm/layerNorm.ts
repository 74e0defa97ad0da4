/**
 * Layer normalisation (Ba et al. 2016, arXiv:1607.06450, eq. 3) with frozen scale and shift:
 *   y = (x - mean(x)) / sqrt(var(x) + eps) * weight + bias
 * Shapes: x [N, D], weight [D], bias [D], y [N, D]; mean and (biased) variance per row. The gradient is that of x only.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";

export interface LayerNormWeights {
  readonly weight: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

/** @throws {RangeError} on shapes that do not fit. */
export function layerNorm(x: tf.Tensor2D, { weight, bias }: LayerNormWeights, eps: number): tf.Tensor2D {
  if (x.shape[1] !== weight.shape[0] || x.shape[1] !== bias.shape[0]) {
    throw new RangeError(`layerNorm: x [${x.shape}] does not fit weight [${weight.shape}] and bias [${bias.shape}]`);
  }
  return differentiable(
    [x],
    () => {
      const centred = tf.sub(x, tf.mean(x, 1, true));
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), eps)); // [N, 1]
      const normed = tf.mul<tf.Tensor2D>(centred, inverse);
      return { value: tf.add<tf.Tensor2D>(tf.mul(normed, weight), bias), saved: { normed, inverse } };
    },
    (dy, { normed, inverse }) => {
      const dNormed = tf.mul(dy, weight);
      const along = tf.mul(dNormed, normed).mean(1, true);
      return [tf.sub(tf.sub(dNormed, dNormed.mean(1, true)), tf.mul(normed, along)).mul(inverse)];
    },
  );
}
