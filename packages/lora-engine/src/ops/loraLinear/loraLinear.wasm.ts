/**
 * loraLinear.ts on wasm: the update rides along with the frozen product, and the weight is read in its one layout [out, in] both ways,
 * expanded from its packed format panel by panel.
 */
import * as tf from "@tensorflow/tfjs";
import { product, transposed } from "../../kernels/product.ts";
import type { LoraLinearKernel } from "./loraLinearKernel.ts";

export const wasmLoraLinear: LoraLinearKernel = {
  frozenForward: (x, { weight, bias }) => product({ x, weight, turned: true }, { bias }),
  frozenBackward: (dy, { weight }) => product({ x: dy, weight, turned: false }),
  adaptedForward(x, { weight, bias }, { factors, scale, mask }) {
    const input = mask ? tf.mul<tf.Tensor2D>(x, mask) : x;
    const hidden = product({ x: input, weight: factors.a, turned: true }, { alpha: scale });
    const value = product({ x, weight, turned: true }, { bias, update: { x: hidden, weight: factors.b } });
    return { value, hidden };
  },
  adaptedBackward(dy, { weight }, { factors, scale, mask }, { x, hidden }) {
    const dHidden = product({ x: dy, weight: factors.b, turned: false }, { alpha: scale });
    const dx = mask
      ? tf.add<tf.Tensor2D>(
          product({ x: dy, weight, turned: false }),
          tf.mul(product({ x: dHidden, weight: factors.a, turned: false }), mask),
        )
      : product({ x: dy, weight, turned: false }, { update: { x: dHidden, weight: factors.a } });
    const input = mask ? tf.mul<tf.Tensor2D>(x, mask) : x;
    // Of the two ways to write a gradient, the one whose rows are the R inner values; all transposes are of narrow matrices.
    const dA = product({ x: transposed(dHidden), weight: input, turned: false });
    const dB = transposed(product({ x: transposed(hidden), weight: dy, turned: false }));
    return [dx, dA, dB];
  },
};
