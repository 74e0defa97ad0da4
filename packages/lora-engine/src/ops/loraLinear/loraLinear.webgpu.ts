/**
 * loraLinear.ts on WebGPU. The update rides along with the frozen product: two dispatches forward and two
 * backward, four where something is dropped or sizes are no multiple of 4. The frozen weight
 * is read in its one layout [out, in] both ways, and expanded from its packed format on the way.
 */
import * as tf from "@tensorflow/tfjs";
import type { FrozenLinear } from "../frozenLinear.ts";
import { jointOf } from "../jointLinear/jointOf.ts";
import { jointForward, jointGradients } from "../jointLinear/jointPasses.ts";
import { boundParts } from "../webgpu/matrixWindow.ts";
import { product, type Term } from "../webgpu/product.ts";
import type { LoraLinearKernel } from "./loraLinearKernel.ts";
import { composedRowwise } from "./rowwise.composed.ts";

export const webgpuLoraLinear: LoraLinearKernel = {
  frozenForward,

  frozenBackward: (dy, { weight }) => product([{ form: "nn", left: dy, right: weight }]),

  adaptedForward(x, frozen, adapted) {
    const joint = jointOf(x, [frozen], [adapted]);
    if (joint) return jointForward(joint);
    const { weight, bias } = frozen;
    const { factors, scale, mask } = adapted;
    const hidden = product([{ form: "nt", left: dropped(x, mask), right: factors.a }], { scale });
    const update: Term = { form: "nt", left: hidden, right: factors.b };
    return { value: product([update, { form: "nt", left: x, right: weight }], { bias }), hidden };
  },

  adaptedBackward(dy, frozen, adapted, { x, hidden }) {
    const joint = jointOf(x, [frozen], [adapted]);
    if (joint) return jointGradients(dy, hidden, joint, true) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const { factors, scale, mask } = adapted;
    const { weight } = frozen;
    const dHidden = product([{ form: "nn", left: dy, right: factors.b }], { scale });
    const update: Term = { form: "nn", left: dHidden, right: factors.a, mask };
    return [
      product([update, { form: "nn", left: dy, right: weight }]),
      product([{ form: "tn", left: dHidden, right: dropped(x, mask) }]),
      product([{ form: "tn", left: dy, right: hidden }]),
    ];
  },

  rowwiseBackward: composedRowwise((dy, { weight }) => product([{ form: "nn", left: dy, right: weight }])),
};

/** A head of more bytes than a kernel binds makes its outputs part by part. */
function frozenForward(x: tf.Tensor2D, { weight, bias }: FrozenLinear): tf.Tensor2D {
  const parts = boundParts(weight).map(({ matrix, from }) => {
    const own = bias && matrix !== weight ? tf.slice(bias, from, matrix.shape[0]) : bias;
    return product([{ form: "nt", left: x, right: matrix }], { bias: own });
  });
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : joinedColumns(parts);
}

/** Two by two, as many as there are: each concat binds few buffers. */
function joinedColumns(parts: readonly tf.Tensor2D[]): tf.Tensor2D {
  return parts.reduce((joined, part) => tf.concat([joined, part], 1));
}

/** What A reads. */
function dropped(x: tf.Tensor2D, mask: tf.Tensor2D | undefined): tf.Tensor2D {
  return mask ? tf.mul(x, mask) : x;
}
