/**
 * loraLinear.ts on WebGPU. The update rides along with the frozen product: two dispatches forward, four backward. The frozen weight
 * is read in its one layout [out, in] both ways, and expanded from its packed format on the way.
 */
import * as tf from "@tensorflow/tfjs";
import { product, type Term } from "../webgpu/product.ts";
import type { LoraLinearKernel } from "./loraLinearKernel.ts";

export const webgpuLoraLinear: LoraLinearKernel = {
  frozenForward: (x, { weight, bias }) => product([{ form: "nt", left: x, right: weight }], { bias }),

  frozenBackward: (dy, { weight }) => product([{ form: "nn", left: dy, right: weight }]),

  adaptedForward(x, { weight, bias }, { factors, scale, mask }) {
    const hidden = product([{ form: "nt", left: dropped(x, mask), right: factors.a }], { scale });
    const update: Term = { form: "nt", left: hidden, right: factors.b };
    return { value: product([update, { form: "nt", left: x, right: weight }], { bias }), hidden };
  },

  adaptedBackward(dy, { weight }, { factors, scale, mask }, { x, hidden }) {
    const dHidden = product([{ form: "nn", left: dy, right: factors.b }], { scale });
    const update: Term = { form: "nn", left: dHidden, right: factors.a, mask };
    return [
      product([update, { form: "nn", left: dy, right: weight }]),
      product([{ form: "tn", left: dHidden, right: dropped(x, mask) }]),
      product([{ form: "tn", left: dy, right: hidden }]),
    ];
  },
};

/** What A reads. */
function dropped(x: tf.Tensor2D, mask: tf.Tensor2D | undefined): tf.Tensor2D {
  return mask ? tf.mul(x, mask) : x;
}
