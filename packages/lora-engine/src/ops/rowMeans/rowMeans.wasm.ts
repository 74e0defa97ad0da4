/** rowMeans.ts on wasm: one pass each way. */
import * as tf from "@tensorflow/tfjs";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runShared } from "../../kernels/wasmKernels.ts";
import { type RowOffsets, rowLengths, tokensIn } from "../selfAttention/rowOffsets.ts";
import type { RowMeansKernel } from "./rowMeansKernel.ts";

export const wasmRowMeans: RowMeansKernel = {
  forward(x, offsets) {
    const width = x.shape[1];
    const out = emptyTensor<tf.Tensor2D>([offsets.length - 1, width]);
    const rows = tf.tensor1d([...offsets], "int32");
    runShared("rowMeans", workOf(offsets, width), (from, to) => [x, rows, from, to, width, out]);
    rows.dispose();
    return out;
  },
  backward(dy, offsets) {
    const width = dy.shape[1];
    const dx = emptyTensor<tf.Tensor2D>([tokensIn(offsets), width]);
    const rows = tf.tensor1d([...offsets], "int32");
    runShared("rowMeansGradient", workOf(offsets, width), (from, to) => [dy, rows, from, to, width, dx]);
    rows.dispose();
    return dx;
  },
};

/** A value takes as long as two multiply-adds. */
function workOf(offsets: RowOffsets, width: number) {
  const items = rowLengths(offsets).length;
  return { items, cost: (2 * tokensIn(offsets) * width) / items };
}
