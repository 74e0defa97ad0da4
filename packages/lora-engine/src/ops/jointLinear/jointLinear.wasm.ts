/** jointLinear.ts on wasm: every product writes its columns of the one output, and reads its columns of the gradient. */
import * as tf from "@tensorflow/tfjs";
import { type Columns, productInto } from "../../kernels/product.ts";
import { emptyTensor } from "../../kernels/wasmHeap.ts";
import type { FrozenLinear } from "../frozenLinear.ts";
import {
  adaptedInto,
  droppedGradient,
  factorGradients,
  hiddenGradient,
  inputGradientInto,
} from "../loraLinear/loraLinear.wasm.ts";
import type { JointLinearKernel } from "./jointLinearKernel.ts";

export const wasmJointLinear: JointLinearKernel = {
  forward(x, frozen, adapted) {
    const width = frozen.reduce((sum, { weight }) => sum + weight.shape[0], 0);
    const value = emptyTensor<tf.Tensor2D>([x.shape[0], width]);
    const hidden = columnsOf(value, frozen).map((out, i) => {
      const [linear, part] = [linearAt(frozen, i), adapted[i]];
      if (part) return adaptedInto(out, x, linear, part);
      productInto(out, { x, weight: linear.weight, turned: true }, { bias: linear.bias });
      return null;
    });
    return { value, hidden };
  },
  backward(dy, frozen, adapted, { x, hidden, withInput }) {
    const dx = withInput ? emptyTensor<tf.Tensor2D>(x.shape) : null;
    const dropped: tf.Tensor2D[] = [];
    const factors = columnsOf(dy, frozen).flatMap((own, i): tf.Tensor2D[] => {
      const [part, inner] = [adapted[i] ?? null, hidden[i]];
      const dHidden = part && hiddenGradient(own, part);
      if (dx) inputGradientInto(dx, own, linearAt(frozen, i), { adapted: part, dHidden, more: i > 0 });
      if (!part || !inner || !dHidden) return [];
      if (dx && part.mask) dropped.push(droppedGradient(dHidden, part.factors.a, part.mask));
      return factorGradients(own, x, { adapted: part, hidden: inner, dHidden });
    });
    return { x: dx && dropped.reduce((sum, more) => tf.add(sum, more), dx), factors };
  },
};

function linearAt(frozen: readonly FrozenLinear[], i: number): FrozenLinear {
  const found = frozen[i];
  if (!found) throw new RangeError("unreachable: a part has a layer");
  return found;
}

/** The columns of each part. */
function columnsOf(of: tf.Tensor2D, frozen: readonly FrozenLinear[]): readonly Columns[] {
  let first = 0;
  return frozen.map(({ weight }) => {
    const count = weight.shape[0];
    first += count;
    return { of, first: first - count, count };
  });
}
