/**
 * Layer normalisation (Ba et al. 2016, arXiv:1607.06450, eq. 3) with frozen scale and shift:
 *   y = (x - mean(x)) / sqrt(var(x) + eps) * weight + bias
 * Shapes: x [N, D], weight [D], bias [D], y [N, D]; mean and (biased) variance per row. The gradient is that of x only.
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedLayerNorm } from "./layerNorm.composed.ts";
import { wasmLayerNorm } from "./layerNorm.wasm.ts";
import { webgpuLayerNorm } from "./layerNorm.webgpu.ts";
import type { LayerNormWeights } from "./layerNormKernel.ts";

/** @throws {RangeError} on shapes that do not fit. */
export function layerNorm(x: tf.Tensor2D, weights: LayerNormWeights, eps: number): tf.Tensor2D {
  const { weight, bias } = weights;
  if (x.shape[1] !== weight.shape[0] || x.shape[1] !== bias.shape[0]) {
    throw new RangeError(`layerNorm: x [${x.shape}] does not fit weight [${weight.shape}] and bias [${bias.shape}]`);
  }
  const kernel = chooseKernel({ composed: composedLayerNorm, wasm: wasmLayerNorm, webgpu: webgpuLayerNorm });
  return differentiable(
    [x],
    () => ({ value: kernel.forward(x, weights, eps), saved: { x } }),
    (dy, saved) => [kernel.backward(dy, saved.x, weight, eps)],
  );
}
