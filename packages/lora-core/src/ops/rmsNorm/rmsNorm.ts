/**
 * Root-mean-square normalisation (Zhang and Sennrich 2019, arXiv:1910.07467, eq. 4) with a frozen weight:
 *   y = x / sqrt(mean(x^2) + eps) * weight
 * Shapes: x [N, D], weight [D], y [N, D]. The gradient is that of x only.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";

/** @throws {RangeError} on shapes that do not fit. */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, eps: number): tf.Tensor2D {
  if (x.shape[1] !== weight.shape[0]) throw new RangeError(`rmsNorm: x [${x.shape}] does not fit weight [${weight.shape}]`);
  return differentiable(
    [x],
    () => {
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), eps));
      const normed = tf.mul<tf.Tensor2D>(x, inverse);
      return { value: tf.mul<tf.Tensor2D>(normed, weight), saved: { normed, inverse } };
    },
    (dy, { normed, inverse }) => {
      const dNormed = tf.mul(dy, weight);
      const along = tf.mul(dNormed, normed).mean(1, true);
      return [tf.sub(dNormed, tf.mul(normed, along)).mul(inverse)];
    },
  );
}
