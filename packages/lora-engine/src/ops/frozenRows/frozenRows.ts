/**
 * Rows of a frozen matrix by index, in float32 whatever it is stored as: y_k = w[indices_k]. A token's embedding is one.
 * Shapes: w [V, D], indices K numbers below V (repeats allowed), y [K, D]. It has no gradient.
 */
import * as tf from "@tensorflow/tfjs";
import { takeRows } from "../../kernels/takeRows.ts";
import type { FrozenMatrix } from "../frozenMatrix/frozenMatrix.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { webgpuFrozenRows } from "./frozenRows.webgpu.ts";

/** An implementation: w [V, D], K indices -> [K, D]. */
export type FrozenRowsKernel = (matrix: FrozenMatrix, indices: ArrayLike<number>) => tf.Tensor2D;

const KERNELS: Readonly<Record<"composed" | "wasm" | "webgpu", FrozenRowsKernel>> = {
  // Without kernels of our own all matrices are float32.
  composed: ({ stored }, indices) => tf.gather(stored, tf.tensor1d(Int32Array.from(indices), "int32")),
  wasm: takeRows,
  webgpu: webgpuFrozenRows,
};

/** @throws {RangeError} when an index is not a row of the matrix. */
export function frozenRows(matrix: FrozenMatrix, indices: ArrayLike<number>): tf.Tensor2D {
  const [rows] = matrix.shape;
  const outside = Array.from(indices).find((index) => !(Number.isInteger(index) && index >= 0 && index < rows));
  if (outside !== undefined) throw new RangeError(`frozenRows: there is no row ${outside} in a matrix [${matrix.shape}]`);
  return tf.tidy(() => chooseKernel(KERNELS)(matrix, indices));
}
