/**
 * Gated activation of Llama's feed-forward layer (Shazeer 2020, arXiv:2002.05202, eq. 5, without the projections):
 *   y = gate * sigmoid(gate) * up
 * Shapes: joint [N, 2 F], the gates and then the ups, as linear layers of one input give them; y [N, F].
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedSwiglu } from "./swiglu.composed.ts";
import { wasmSwiglu } from "./swiglu.wasm.ts";
import { webgpuSwiglu } from "./swiglu.webgpu.ts";

/** @throws {RangeError} when joint has an odd number of columns. */
export function swiglu(joint: tf.Tensor2D): tf.Tensor2D {
  if (joint.shape[1] % 2 !== 0) throw new RangeError(`swiglu: joint [${joint.shape}] has no two halves`);
  const kernel = chooseKernel({ composed: composedSwiglu, wasm: wasmSwiglu, webgpu: webgpuSwiglu });
  return differentiable(
    [joint],
    () => ({ value: kernel.forward(joint), saved: { joint } }),
    (dy, saved) => [kernel.backward(dy, saved.joint)],
  );
}
