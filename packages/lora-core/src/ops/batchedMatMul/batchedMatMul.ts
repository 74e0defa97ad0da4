/** Products of many small matrices, in the form that is fastest on the current backend. */
import * as tf from "@tensorflow/tfjs";
import { splitMatrices } from "./splitMatrices.ts";

/**
 * [P, M, K] x [P, K, N] -> [P, M, N]. No gradient of its own: for use inside ops that write theirs.
 * TF.js wasm has a fast kernel for single plain products only (about ten times that of batched ones), so there they run one by one.
 */
export function batchedMatMul(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  if (tf.getBackend() !== "wasm" || a.shape[0] === 1) return tf.matMul(a, b);
  const right = splitMatrices(b);
  return tf.concat(splitMatrices(a).map((left, i) => tf.matMul<tf.Tensor3D>(left, right[i] ?? left)));
}

/** Swaps the last two axes, as a copy. */
export function swapped(x: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(x, [0, 2, 1]);
}
