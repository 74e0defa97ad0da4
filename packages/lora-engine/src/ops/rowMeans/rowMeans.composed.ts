/** rowMeans.ts as a product with each token's share, 1 / length in its own row and 0 in the others. */
import * as tf from "@tensorflow/tfjs";
import { type RowOffsets, rowLengths, tokensIn } from "../selfAttention/rowOffsets.ts";
import type { RowMeansKernel } from "./rowMeansKernel.ts";

export const composedRowMeans: RowMeansKernel = {
  forward: (x, offsets) => tf.matMul(shares(offsets), x),
  // Turned here, where it is small: products with a transposed side are slow.
  backward: (dy, offsets) => tf.matMul(tf.transpose(shares(offsets)), dy),
};

/** [B, N] */
function shares(offsets: RowOffsets): tf.Tensor2D {
  const tokens = tokensIn(offsets);
  const lengths = rowLengths(offsets);
  const values = new Float32Array(lengths.length * tokens);
  for (const [row, length] of lengths.entries()) {
    const start = row * tokens + (offsets[row] ?? 0);
    values.fill(1 / length, start, start + length);
  }
  return tf.tensor2d(values, [lengths.length, tokens]);
}
