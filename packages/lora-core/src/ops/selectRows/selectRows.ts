/**
 * Rows of a matrix by index: y_k = x[indices_k]. Shapes: x [N, D], indices K numbers below N (repeats allowed), y [K, D].
 * The gradient is a product with a 0/1 matrix [N, K], because TF.js wasm has no kernel for the gradient of gather.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";

/** @throws {RangeError} when an index is not a row of x. */
export function selectRows(x: tf.Tensor2D, indices: readonly number[]): tf.Tensor2D {
  const rows = x.shape[0];
  const outside = indices.find((index) => !(Number.isInteger(index) && index >= 0 && index < rows));
  if (outside !== undefined) throw new RangeError(`selectRows: there is no row ${outside} in x [${x.shape}]`);
  return differentiable(
    [x],
    () => ({ value: tf.gather(x, tf.tensor1d([...indices], "int32")), saved: {} }),
    (dy) => [tf.matMul(scatterMatrix(indices, rows), dy)],
  );
}

/** [N, K], 1 where row n is the k-th selected one. */
function scatterMatrix(indices: readonly number[], rows: number): tf.Tensor2D {
  const values = new Float32Array(rows * indices.length);
  indices.forEach((row, k) => {
    values[row * indices.length + k] = 1;
  });
  return tf.tensor2d(values, [rows, indices.length]);
}
