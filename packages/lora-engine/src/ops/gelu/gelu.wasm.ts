/** gelu.ts on wasm. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runRows } from "../../kernels/wasmKernels.ts";
import type { GeluKernel } from "./geluKernel.ts";

/** Multiply-adds that take as long as a value. */
const COST = 60;

export const wasmGelu: GeluKernel = {
  forward(x) {
    const y = emptyTensor<typeof x>(x.shape);
    runRows("gelu", { rows: x.size, width: 1, cost: COST }, (first, count) => [first(x), count, first(y)]);
    return y;
  },
  backward(dy, x) {
    const dx = emptyTensor<typeof x>(x.shape);
    runRows("geluGradient", { rows: x.size, width: 1, cost: COST }, (first, count) => [first(dy), first(x), count, first(dx)]);
    return dx;
  },
};
