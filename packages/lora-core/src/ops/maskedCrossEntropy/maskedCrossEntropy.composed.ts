/** maskedCrossEntropy.ts of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import type { MaskedCrossEntropyKernel } from "./maskedCrossEntropyKernel.ts";

export const composedMaskedCrossEntropy: MaskedCrossEntropyKernel = {
  forward(logits, targets) {
    const highest = logits.max<tf.Tensor2D>(1, true);
    const logTotals = tf.sub(logits, highest).exp().sum(1).log().add<tf.Tensor1D>(highest.flatten());
    const wanted = tf.mul(logits, chosen(targets, logits.shape[1])).sum(1);
    return { losses: tf.mul(tf.sub(logTotals, wanted), scored(targets)), logTotals };
  },
  backward(dy, logits, targets, logTotals) {
    const probabilities = tf.exp(tf.sub(logits, logTotals.expandDims(1)));
    const residual = tf.sub<tf.Tensor2D>(probabilities, chosen(targets, logits.shape[1]));
    return tf.mul(residual, tf.mul(dy, scored(targets)).expandDims(1));
  },
};

/** [N], 1 where there is a target. */
function scored(targets: tf.Tensor1D): tf.Tensor1D {
  return tf.cast<tf.Tensor1D>(tf.greaterEqual(targets, 0), "float32");
}

/** [N, V], 1 at the target. */
function chosen(targets: tf.Tensor1D, classes: number): tf.Tensor2D {
  const index: tf.Tensor1D = tf.maximum(targets, tf.scalar(0, "int32"));
  return tf.oneHot(index, classes).toFloat().as2D(index.size, classes);
}
