/**
 * Cross-entropy of integer targets, one loss per row, in nats:
 *   loss_n = logsumexp(logits_n) - logits_n[target_n], and 0 where target_n is -1 (not scored).
 * Shapes: logits [N, V], targets [N] (int32), losses [N].
 * Differs from the usual gradient: softmax - onehot is made in the forward pass from the exponentials that are there anyway.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";

/** Rows that should not be scored are better not computed at all; -1 is for the few that fill up a shape. */
export function maskedCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const [rows, classes] = logits.shape;
  if (targets.shape[0] !== rows) {
    throw new RangeError(`maskedCrossEntropy: ${targets.shape[0]} targets for logits [${logits.shape}]`);
  }
  return differentiable(
    [logits],
    () => {
      const scored = tf.greaterEqual(targets, 0).toFloat();
      const chosen = tf.oneHot(tf.maximum(targets, tf.scalar(0, "int32")), classes).toFloat();
      const shifted = tf.sub<tf.Tensor2D>(logits, logits.max(1, true));
      const exponentials = tf.exp(shifted);
      const total = exponentials.sum(1, true);
      const losses = tf.log(total).reshape([rows]).sub(tf.mul(shifted, chosen).sum(1));
      const residual = tf.sub(tf.div(exponentials, total), chosen).mul(scored.reshape([rows, 1]));
      return { value: tf.mul<tf.Tensor1D>(losses, scored), saved: { residual } };
    },
    (dy, { residual }) => [tf.mul(residual, dy.reshape([rows, 1]))],
  );
}
