/** Gradient clipping by the norm over all tensors together (Pascanu et al. 2013, arXiv:1211.5063, algorithm 1). */
import * as tf from "@tensorflow/tfjs";

/**
 * g * min(1, maxNorm / (||g|| + 1e-6)), as torch.nn.utils.clip_grad_norm_. Stays on the backend: nothing is read back.
 * Returns new tensors that belong to the caller.
 */
export function clipByGlobalNorm(gradients: readonly tf.Tensor[], maxNorm: number): tf.Tensor[] {
  return tf.tidy(() => {
    const squares = gradients.map((gradient) => tf.tidy(() => tf.sum(tf.square(gradient))));
    const norm = tf.sqrt(tf.addN(squares));
    const factor = tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6)));
    return gradients.map((gradient) => tf.mul(gradient, factor));
  });
}
