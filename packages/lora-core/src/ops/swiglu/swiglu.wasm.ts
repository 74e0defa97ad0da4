/** swiglu.ts on wasm. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel } from "../../kernels/wasmKernels.ts";
import type { SwigluKernel } from "./swigluKernel.ts";

export const wasmSwiglu: SwigluKernel = {
  forward(gate, up) {
    const y = emptyTensor<typeof gate>(gate.shape);
    runKernel("swiglu", gate, up, gate.size, y);
    return y;
  },
  backward(dy, gate, up) {
    const dGate = emptyTensor<typeof gate>(gate.shape);
    const dUp = emptyTensor<typeof up>(up.shape);
    runKernel("swigluGradient", dy, gate, up, gate.size, dGate, dUp);
    return [dGate, dUp];
  },
};
