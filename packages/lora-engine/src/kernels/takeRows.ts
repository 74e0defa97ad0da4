/** Rows of a matrix by index on wasm. */
import * as tf from "@tensorflow/tfjs";
import { matrixArguments, type PackedMatrix } from "./packedMatrix.ts";
import { emptyTensor } from "./wasmHeap.ts";
import { runKernel, scratchOf } from "./wasmKernels.ts";

/** x [N, D], indices K numbers below N -> [K, D] in float32. */
export function takeRows(x: tf.Tensor2D | PackedMatrix, indices: ArrayLike<number>): tf.Tensor2D {
  const width = x.shape[1];
  const out = emptyTensor<tf.Tensor2D>([indices.length, width]);
  const scratch = scratchOf(4 * Math.ceil(width / 32) * 32);
  const chosen = tf.tensor1d(Int32Array.from(indices), "int32");
  runKernel("takeRows", ...matrixArguments(x), chosen, indices.length, width, out, scratch);
  chosen.dispose();
  return out;
}
