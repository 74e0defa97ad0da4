/**
 * Gated activation of Llama's feed-forward layer (Shazeer 2020, arXiv:2002.05202, eq. 5, without the projections):
 *   y = gate * sigmoid(gate) * up
 * Shapes: gate, up and y are all [N, F].
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";

/** @throws {RangeError} when the shapes differ. */
export function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  if (gate.shape.join() !== up.shape.join()) throw new RangeError(`swiglu: gate [${gate.shape}] and up [${up.shape}] differ`);
  return differentiable(
    [gate, up],
    () => {
      const sigmoid = tf.sigmoid(gate);
      return { value: tf.mul<tf.Tensor2D>(tf.mul(gate, sigmoid), up), saved: { gate, up, sigmoid } };
    },
    (dy, { gate, up, sigmoid }) => {
      const silu = tf.mul(gate, sigmoid);
      // d silu / d gate = sigmoid + silu (1 - sigmoid)
      const slope = tf.add(sigmoid, tf.mul(silu, tf.sub(1, sigmoid)));
      return [tf.mul(tf.mul(dy, up), slope), tf.mul(dy, silu)];
    },
  );
}
