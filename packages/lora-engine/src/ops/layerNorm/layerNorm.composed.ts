/** layerNorm.ts of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import type { LayerNormKernel } from "./layerNormKernel.ts";

export const composedLayerNorm: LayerNormKernel = {
  forward: (x, { weight, bias }, eps) => tf.add(tf.mul(normalise(x, eps).normed, weight), bias),
  backward(dy, x, weight, eps) {
    const { normed, inverse } = normalise(x, eps);
    const dNormed = tf.mul(dy, weight);
    const along = tf.mul(dNormed, normed).mean(1, true);
    return tf.sub(tf.sub(dNormed, dNormed.mean(1, true)), tf.mul(normed, along)).mul(inverse);
  },
};

/** Rows of mean 0 and variance 1, [N, D], and 1 / sqrt(var + eps), [N, 1]. */
function normalise(x: tf.Tensor2D, eps: number): { normed: tf.Tensor2D; inverse: tf.Tensor2D } {
  const centred = tf.sub(x, tf.mean(x, 1, true));
  const inverse: tf.Tensor2D = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), eps));
  return { normed: tf.mul(centred, inverse), inverse };
}
