/**
 * Gaussian error linear unit in the tanh form (Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2; "gelu_new" in transformers):
 *   y = x / 2 (1 + tanh(u)),  u = sqrt(2 / pi) (x + 0.044715 x^3)
 * Shapes: x and y are [N, F].
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";

export const GELU_SLOPE = Math.sqrt(2 / Math.PI);
export const GELU_CUBIC = 0.044715;

export function gelu(x: tf.Tensor2D): tf.Tensor2D {
  return differentiable(
    [x],
    () => {
      const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), GELU_CUBIC)), GELU_SLOPE);
      const tanh = tf.tanh(inner);
      return { value: tf.mul<tf.Tensor2D>(tf.mul(x, 0.5), tf.add(tanh, 1)), saved: { x, tanh } };
    },
    (dy, { x, tanh }) => {
      // dy/dx = (1 + tanh u) / 2 + x / 2 (1 - tanh^2 u) u',  u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2)
      const innerSlope = tf.add(tf.mul(tf.square(x), 3 * GELU_CUBIC * GELU_SLOPE), GELU_SLOPE);
      const curve = tf.mul(tf.mul(x, tf.sub(1, tf.square(tanh))), innerSlope);
      return [tf.mul(dy, tf.mul(tf.add(tf.add(tanh, 1), curve), 0.5))];
    },
  );
}
