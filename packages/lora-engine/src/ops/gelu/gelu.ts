/**
 * Gaussian error linear unit in the tanh form (Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2; "gelu_new" in transformers):
 *   y = x / 2 (1 + tanh(u)),  u = sqrt(2 / pi) (x + 0.044715 x^3)
 * Shapes: x and y are [N, F].
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedGelu } from "./gelu.composed.ts";
import { wasmGelu } from "./gelu.wasm.ts";
import { webgpuGelu } from "./gelu.webgpu.ts";

export function gelu(x: tf.Tensor2D): tf.Tensor2D {
  const kernel = chooseKernel({ composed: composedGelu, wasm: wasmGelu, webgpu: webgpuGelu });
  return differentiable(
    [x],
    () => ({ value: kernel.forward(x), saved: { x } }),
    (dy, saved) => [kernel.backward(dy, saved.x)],
  );
}
