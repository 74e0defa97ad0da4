/** gelu.ts of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import { GELU_CUBIC, GELU_SLOPE, type GeluKernel } from "./geluKernel.ts";

export const composedGelu: GeluKernel = {
  forward: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tanhOf(x), 1)),
  backward(dy, x) {
    // dy/dx = (1 + tanh u) / 2 + x / 2 (1 - tanh^2 u) u',  u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2)
    const tanh = tanhOf(x);
    const innerSlope = tf.add(tf.mul(tf.square(x), 3 * GELU_CUBIC * GELU_SLOPE), GELU_SLOPE);
    const curve = tf.mul(tf.mul(x, tf.sub(1, tf.square(tanh))), innerSlope);
    return tf.mul(dy, tf.mul(tf.add(tf.add(tanh, 1), curve), 0.5));
  },
};

function tanhOf(x: tf.Tensor2D): tf.Tensor2D {
  return tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), GELU_CUBIC)), GELU_SLOPE));
}
