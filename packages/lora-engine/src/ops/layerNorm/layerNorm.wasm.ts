/** layerNorm.ts on wasm, row by row. */
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import { runRows } from "../../kernels/wasmKernels.ts";
import type { LayerNormKernel } from "./layerNormKernel.ts";

/** Multiply-adds that take as long as a value. */
const COST = 10;

export const wasmLayerNorm: LayerNormKernel = {
  forward(x, { weight, bias }, eps) {
    const y = emptyTensor<typeof x>(x.shape);
    const [rows, width] = x.shape;
    runRows("layerNorm", { rows, width, cost: COST }, (first, count) => {
      return [first(x), weight, bias, count, width, eps, first(y)];
    });
    return y;
  },
  backward(dy, x, weight, eps) {
    const dx = emptyTensor<typeof x>(x.shape);
    const [rows, width] = x.shape;
    runRows("layerNormGradient", { rows, width, cost: COST }, (first, count) => {
      return [first(dy), first(x), weight, count, width, eps, first(dx)];
    });
    return dx;
  },
};
