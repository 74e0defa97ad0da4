/** rmsNorm.ts of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import type { RmsNormKernel } from "./rmsNormKernel.ts";

export const composedRmsNorm: RmsNormKernel = {
  forward: (x, weight, eps) => tf.mul(tf.mul(x, inverseRms(x, eps)), weight),
  backward(dy, x, weight, eps) {
    const inverse = inverseRms(x, eps);
    const normed = tf.mul(x, inverse);
    const dNormed = tf.mul(dy, weight);
    const along = tf.mul(dNormed, normed).mean(1, true);
    return tf.sub(dNormed, tf.mul(normed, along)).mul(inverse);
  },
};

/** [N, 1] */
function inverseRms(x: tf.Tensor2D, eps: number): tf.Tensor2D {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), eps));
}
