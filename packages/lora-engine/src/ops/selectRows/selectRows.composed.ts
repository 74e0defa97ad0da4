/**
 * selectRows.ts of TF.js ops. The gradient is a product with a 0/1 matrix [N, K], because TF.js wasm has no kernel for the gradient
 * of gather.
 */
import * as tf from "@tensorflow/tfjs";
import type { SelectRowsKernel } from "./selectRowsKernel.ts";

export const composedSelectRows: SelectRowsKernel = {
  forward: (x, indices) => tf.gather(x, tf.tensor1d([...indices], "int32")),
  backward: (dy, indices, rows) => tf.matMul(scatterMatrix(indices, rows), dy),
};

/** [N, K], 1 where row n is the k-th selected one. */
function scatterMatrix(indices: readonly number[], rows: number): tf.Tensor2D {
  const values = new Float32Array(rows * indices.length);
  indices.forEach((row, k) => {
    values[row * indices.length + k] = 1;
  });
  return tf.tensor2d(values, [rows, indices.length]);
}
