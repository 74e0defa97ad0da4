/**
 * Gated activation of Llama's feed-forward layer (Shazeer 2020, arXiv:2002.05202, eq. 5, without the projections):
 *   y = gate * sigmoid(gate) * up
 * Shapes: joint [N, 2 F], the gates and then the ups, as linear layers of one input give them; y [N, F].
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedSwiglu } from "./swiglu.composed.ts";
import { wasmSwiglu } from "./swiglu.wasm.ts";
import { webgpuSwiglu } from "./swiglu.webgpu.ts";
import type { SwigluKernel } from "./swigluKernel.ts";

/** @throws {RangeError} when joint has an odd number of columns. */
export function swiglu(joint: tf.Tensor2D): tf.Tensor2D {
  if (joint.shape[1] % 2 !== 0) throw new RangeError(`swiglu: joint [${joint.shape}] has no two halves`);
  return chooseKernel({ composed: inParts(composedSwiglu), wasm: inParts(wasmSwiglu), webgpu: webgpuSwiglu })(joint);
}

/** Over copies of the halves. */
function inParts(kernel: SwigluKernel): typeof swiglu {
  return (joint) => {
    const [gate, up] = tf.split<tf.Tensor2D>(joint, 2, 1);
    if (!gate || !up) throw new RangeError("unreachable: split in two");
    return differentiable(
      [gate, up],
      () => ({ value: kernel.forward(gate, up), saved: { gate, up } }),
      (dy, saved) => kernel.backward(dy, saved.gate, saved.up),
    );
  };
}
