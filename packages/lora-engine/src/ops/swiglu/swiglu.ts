/**
 * Gated activation of Llama's feed-forward layer (Shazeer 2020, arXiv:2002.05202, eq. 5, without the projections):
 *   y = gate * sigmoid(gate) * up
 * Shapes: gate, up and y are all [N, F].
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedSwiglu } from "./swiglu.composed.ts";
import { wasmSwiglu } from "./swiglu.wasm.ts";
import { webgpuSwiglu } from "./swiglu.webgpu.ts";

/** @throws {RangeError} when the shapes differ. */
export function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  if (gate.shape.join() !== up.shape.join()) throw new RangeError(`swiglu: gate [${gate.shape}] and up [${up.shape}] differ`);
  const kernel = chooseKernel({ composed: composedSwiglu, wasm: wasmSwiglu, webgpu: webgpuSwiglu });
  return differentiable(
    [gate, up],
    () => ({ value: kernel.forward(gate, up), saved: { gate, up } }),
    (dy, saved) => kernel.backward(dy, saved.gate, saved.up),
  );
}
