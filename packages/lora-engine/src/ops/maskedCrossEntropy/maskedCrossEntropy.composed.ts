/** maskedCrossEntropy.ts of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import type { MaskedCrossEntropyKernel } from "./maskedCrossEntropyKernel.ts";

export const composedMaskedCrossEntropy: MaskedCrossEntropyKernel = {
  forward(logits, targets, from, before) {
    const own = logSum(logits);
    const wanted = tf.mul(logits, chosen(targets, from, logits.shape[1])).sum<tf.Tensor1D>(1);
    if (!before) return { losses: tf.mul(tf.sub(own, wanted), scored(targets)), logTotals: own };
    const logTotals = logSum(tf.stack([before.logTotals, own], 1).as2D(own.size, 2));
    const added = tf.sub(tf.sub(logTotals, before.logTotals), wanted);
    const losses: tf.Tensor1D = tf.add(before.losses, tf.mul(added, scored(targets)));
    tf.dispose([before.losses, before.logTotals]);
    return { losses, logTotals };
  },
  backward(dy, logits, targets, from, logTotals) {
    const probabilities = tf.exp(tf.sub(logits, logTotals.expandDims(1)));
    const residual = tf.sub<tf.Tensor2D>(probabilities, chosen(targets, from, logits.shape[1]));
    return tf.mul(residual, tf.mul(dy, scored(targets)).expandDims(1));
  },
};

/** logsumexp of every row, [N]. */
function logSum(x: tf.Tensor2D): tf.Tensor1D {
  const highest = x.max<tf.Tensor2D>(1, true);
  return tf.sub(x, highest).exp().sum(1).log().add<tf.Tensor1D>(highest.flatten());
}

/** [N], 1 where there is a target. */
function scored(targets: tf.Tensor1D): tf.Tensor1D {
  return tf.cast<tf.Tensor1D>(tf.greaterEqual(targets, 0), "float32");
}

/** [N, C], 1 at the target where it is one of the classes from `from` on. */
function chosen(targets: tf.Tensor1D, from: number, classes: number): tf.Tensor2D {
  const index: tf.Tensor2D = targets.as2D(targets.size, 1).toInt();
  return tf.cast(tf.equal<tf.Tensor2D>(index, tf.range(from, from + classes, 1, "int32")), "float32");
}
