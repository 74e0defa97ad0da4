/** rmsNorm.ts on wasm: one pass over a row for its size, one for the result. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runRows } from "../../kernels/wasmKernels.ts";
import type { RmsNormKernel } from "./rmsNormKernel.ts";

/** Multiply-adds that take as long as a value. */
const COST = 10;

export const wasmRmsNorm: RmsNormKernel = {
  forward(x, weight, eps) {
    const y = emptyTensor<typeof x>(x.shape);
    const [rows, width] = x.shape;
    runRows("rmsNorm", { rows, width, cost: COST }, (first, count) => [first(x), weight, count, width, eps, first(y)]);
    return y;
  },
  backward(dy, x, weight, eps) {
    const dx = emptyTensor<typeof x>(x.shape);
    const [rows, width] = x.shape;
    runRows("rmsNormGradient", { rows, width, cost: COST }, (first, count) => {
      return [first(dy), first(x), weight, count, width, eps, first(dx)];
    });
    return dx;
  },
};
