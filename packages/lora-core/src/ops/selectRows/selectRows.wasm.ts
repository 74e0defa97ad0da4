/** selectRows.ts on wasm, which has no kernel of TF.js for its gradient. */
import * as tf from "@tensorflow/tfjs";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel } from "../../kernels/wasmKernels.ts";
import type { SelectRowsKernel } from "./selectRowsKernel.ts";

export const wasmSelectRows: SelectRowsKernel = {
  forward(x, indices) {
    const width = x.shape[1];
    const y = emptyTensor<typeof x>([indices.length, width]);
    runKernel("takeRows", x, tf.tensor1d([...indices], "int32"), indices.length, width, y);
    return y;
  },
  backward(dy, indices, rows) {
    const [count, width] = dy.shape;
    const dx = emptyTensor<typeof dy>([rows, width]);
    runKernel("addRows", dy, tf.tensor1d([...indices], "int32"), count, width, rows, dx);
    return dx;
  },
};
