/** Products of many small matrices, in the form that is fastest on the current backend. */
import * as tf from "@tensorflow/tfjs";

/**
 * [P, M, K] x [P, K, N] -> [P, M, N]. No gradient of its own: for use inside ops that write theirs.
 * TF.js wasm has a fast kernel for plain two-dimensional products only, so there the products run one by one.
 */
export function batchedMatMul(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  if (tf.getBackend() !== "wasm") return tf.matMul(a, b);
  const right = tf.unstack(b);
  const products = tf.unstack(a).map((left, i) => tf.matMul<tf.Tensor2D>(left, right[i] ?? left));
  return tf.concat(products).reshape([a.shape[0], a.shape[1], b.shape[2]]);
}

/** Swaps the last two axes, as a copy. */
export function swapped(x: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(x, [0, 2, 1]);
}
