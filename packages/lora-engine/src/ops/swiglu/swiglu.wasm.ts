/** swiglu.ts on wasm. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runRows } from "../../kernels/wasmKernels.ts";
import type { SwigluKernel } from "./swigluKernel.ts";

/** Multiply-adds that take as long as a value. */
const COST = 60;

export const wasmSwiglu: SwigluKernel = {
  forward(joint) {
    const [rows, both] = joint.shape;
    const width = both / 2;
    const y = emptyTensor<typeof joint>([rows, width]);
    runRows("swiglu", { rows, width, cost: COST }, (first, count) => [first(joint, both), count, width, first(y)]);
    return y;
  },
  backward(dy, joint) {
    const [rows, both] = joint.shape;
    const width = both / 2;
    const dJoint = emptyTensor<typeof joint>(joint.shape);
    runRows("swigluGradient", { rows, width, cost: COST }, (first, count) => {
      return [first(dy), first(joint, both), count, width, first(dJoint, both)];
    });
    return dJoint;
  },
};
