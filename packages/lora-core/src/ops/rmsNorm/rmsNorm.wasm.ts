/** rmsNorm.ts on wasm: one pass over a row for its size, one for the result. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel } from "../../kernels/wasmKernels.ts";
import type { RmsNormKernel } from "./rmsNormKernel.ts";

export const wasmRmsNorm: RmsNormKernel = {
  forward(x, weight, eps) {
    const y = emptyTensor<typeof x>(x.shape);
    runKernel("rmsNorm", x, weight, ...x.shape, eps, y);
    return y;
  },
  backward(dy, x, weight, eps) {
    const dx = emptyTensor<typeof x>(x.shape);
    runKernel("rmsNormGradient", dy, x, weight, ...x.shape, eps, dx);
    return dx;
  },
};
