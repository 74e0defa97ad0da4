/** swiglu.ts on wasm. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runRows } from "../../kernels/wasmKernels.ts";
import type { SwigluKernel } from "./swigluKernel.ts";

/** Multiply-adds that take as long as a value. */
const COST = 60;

export const wasmSwiglu: SwigluKernel = {
  forward(gate, up) {
    const y = emptyTensor<typeof gate>(gate.shape);
    runRows("swiglu", { rows: y.size, width: 1, cost: COST }, (first, count) => [first(gate), first(up), count, first(y)]);
    return y;
  },
  backward(dy, gate, up) {
    const dGate = emptyTensor<typeof gate>(gate.shape);
    const dUp = emptyTensor<typeof up>(up.shape);
    runRows("swigluGradient", { rows: dy.size, width: 1, cost: COST }, (first, count) => {
      return [first(dy), first(gate), first(up), count, first(dGate), first(dUp)];
    });
    return [dGate, dUp];
  },
};
