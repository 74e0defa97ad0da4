/** gelu.ts on wasm. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel } from "../../kernels/wasmKernels.ts";
import type { GeluKernel } from "./geluKernel.ts";

export const wasmGelu: GeluKernel = {
  forward(x) {
    const y = emptyTensor<typeof x>(x.shape);
    runKernel("gelu", x, x.size, y);
    return y;
  },
  backward(dy, x) {
    const dx = emptyTensor<typeof x>(x.shape);
    runKernel("geluGradient", dy, x, x.size, dx);
    return dx;
  },
};
