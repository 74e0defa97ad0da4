/** Gradient clipping by the norm over all gradients together (Pascanu et al. 2013, arXiv:1211.5063), on the backend. */
import * as tf from "@tensorflow/tfjs";

export interface Clipped {
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  /** Norm before clipping, not read back. */
  readonly norm: tf.Scalar;
}

/**
 * Scales every gradient by min(1, maxNorm / (norm + 1e-6)), as PyTorch's clip_grad_norm_. The caller owns the new tensors and the
 * old; call inside tf.tidy.
 */
export function clipGlobalNorm(gradients: ReadonlyMap<string, tf.Tensor>, maxNorm: number): Clipped {
  const squares = [...gradients.values()].map((gradient) => tf.square(gradient).sum());
  const norm: tf.Scalar = tf.sqrt(tf.addN(squares));
  const scale = tf.minimum(tf.div(maxNorm, norm.add(1e-6)), 1);
  return { gradients: new Map([...gradients].map(([key, gradient]) => [key, tf.mul(gradient, scale)])), norm };
}
