/** rotary.ts on wasm: one pass. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel } from "../../kernels/wasmKernels.ts";
import type { RotaryKernel } from "./rotaryKernel.ts";

export const wasmRotary: RotaryKernel = {
  rotate(x, { cos, sin }, direction) {
    const [batch, heads, length, width] = x.shape;
    const y = emptyTensor<typeof x>(x.shape);
    runKernel("rotate", x, cos, sin, direction, batch * heads * length, length, width / 2, y);
    return y;
  },
};
