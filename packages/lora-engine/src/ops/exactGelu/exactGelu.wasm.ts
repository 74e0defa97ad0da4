/** exactGelu.ts on wasm. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runRows } from "../../kernels/wasmKernels.ts";
import type { GeluKernel } from "../gelu/geluKernel.ts";

/** Multiply-adds that take as long as a value. */
const COST = 60;

export const wasmExactGelu: GeluKernel = {
  forward(x) {
    const y = emptyTensor<typeof x>(x.shape);
    runRows("exactGelu", { rows: x.size, width: 1, cost: COST }, (first, count) => [first(x), count, first(y)]);
    return y;
  },
  backward(dy, x) {
    const dx = emptyTensor<typeof x>(x.shape);
    const work = { rows: x.size, width: 1, cost: COST };
    runRows("exactGeluGradient", work, (first, count) => [first(dy), first(x), count, first(dx)]);
    return dx;
  },
};
