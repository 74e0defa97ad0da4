/** layerNorm.ts on wasm, row by row. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runKernel } from "../../kernels/wasmKernels.ts";
import type { LayerNormKernel } from "./layerNormKernel.ts";

export const wasmLayerNorm: LayerNormKernel = {
  forward(x, { weight, bias }, eps) {
    const y = emptyTensor<typeof x>(x.shape);
    runKernel("layerNorm", x, weight, bias, ...x.shape, eps, y);
    return y;
  },
  backward(dy, x, weight, eps) {
    const dx = emptyTensor<typeof x>(x.shape);
    runKernel("layerNormGradient", dy, x, weight, ...x.shape, eps, dx);
    return dx;
  },
};
