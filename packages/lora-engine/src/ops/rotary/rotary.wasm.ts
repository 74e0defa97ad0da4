/** rotary.ts on wasm: one pass. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runRows } from "../../kernels/wasmKernels.ts";
import type { RotaryKernel } from "./rotaryKernel.ts";

/** Multiply-adds that take as long as a value. */
const COST = 6;

export const wasmRotary: RotaryKernel = {
  rotate(x, { cos, sin }, direction) {
    const [batch, heads, length, width] = x.shape;
    const y = emptyTensor<typeof x>(x.shape);
    // A row here is a head with all its positions.
    runRows("rotate", { rows: batch * heads, width: length * width, cost: COST }, (first, count) => {
      return [first(x), cos, sin, direction, count * length, length, width / 2, first(y)];
    });
    return y;
  },
};
