/** selectRows.ts on wasm, which has no kernel of TF.js for its gradient. */
import * as tf from "@tensorflow/tfjs";
import { takeRows } from "../../kernels/takeRows.ts";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel } from "../../kernels/wasmKernels.ts";
import type { SelectRowsKernel } from "./selectRowsKernel.ts";

export const wasmSelectRows: SelectRowsKernel = {
  forward: takeRows,
  backward(dy, indices, rows) {
    const [count, width] = dy.shape;
    const dx = emptyTensor<typeof dy>([rows, width]);
    runKernel("addRows", dy, tf.tensor1d([...indices], "int32"), count, width, rows, dx);
    return dx;
  },
};
