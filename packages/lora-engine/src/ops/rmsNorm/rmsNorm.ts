/**
 * Root-mean-square normalisation (Zhang and Sennrich 2019, arXiv:1910.07467, eq. 4) with a frozen weight:
 *   y = x / sqrt(mean(x^2) + eps) * weight
 * Shapes: x [N, D], weight [D], y [N, D]. The gradient is that of x only.
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedRmsNorm } from "./rmsNorm.composed.ts";
import { wasmRmsNorm } from "./rmsNorm.wasm.ts";
import { webgpuRmsNorm } from "./rmsNorm.webgpu.ts";

/** @throws {RangeError} on shapes that do not fit. */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, eps: number): tf.Tensor2D {
  if (x.shape[1] !== weight.shape[0]) throw new RangeError(`rmsNorm: x [${x.shape}] does not fit weight [${weight.shape}]`);
  const kernel = chooseKernel({ composed: composedRmsNorm, wasm: wasmRmsNorm, webgpu: webgpuRmsNorm });
  return differentiable(
    [x],
    () => ({ value: kernel.forward(x, weight, eps), saved: { x } }),
    (dy, saved) => [kernel.backward(dy, saved.x, weight, eps)],
  );
}
