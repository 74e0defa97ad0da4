/**
 * Gaussian error linear unit as it is defined (Hendrycks and Gimpel 2016, arXiv:1606.08415; "gelu" in transformers), for which ../gelu
 * stands in with a hyperbolic tangent:
 *   y = x P(x),  P(x) = (1 + erf(x / sqrt(2))) / 2
 * Shapes: x and y are [N, F].
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedExactGelu } from "./exactGelu.composed.ts";
import { wasmExactGelu } from "./exactGelu.wasm.ts";
import { webgpuExactGelu } from "./exactGelu.webgpu.ts";

export function exactGelu(x: tf.Tensor2D): tf.Tensor2D {
  const kernel = chooseKernel({ composed: composedExactGelu, wasm: wasmExactGelu, webgpu: webgpuExactGelu });
  return differentiable(
    [x],
    () => ({ value: kernel.forward(x), saved: { x } }),
    (dy, saved) => [kernel.backward(dy, saved.x)],
  );
}
