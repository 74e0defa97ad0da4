/** loraLinear.ts of TF.js ops. Transposes are of tensors with one side R, never of x, dy or W: those are slow on wasm. */
import * as tf from "@tensorflow/tfjs";
import type { FrozenLinear } from "../frozenLinear.ts";
import type { LoraLinearKernel } from "./loraLinearKernel.ts";
import { composedRowwise } from "./rowwise.composed.ts";

export const composedLoraLinear: LoraLinearKernel = {
  frozenForward,
  frozenBackward: (dy, { weight }) => tf.matMul(dy, weight.stored),
  adaptedForward(x, frozen, { factors, scale, mask }) {
    const input = mask ? tf.mul(x, mask) : x;
    const hidden = tf.matMul(input, tf.transpose(factors.a)).mul<tf.Tensor2D>(scale);
    return { value: tf.add(frozenForward(x, frozen), tf.matMul(hidden, tf.transpose(factors.b))), hidden };
  },
  adaptedBackward(dy, { weight }, { factors, scale, mask }, { x, hidden }) {
    const input = mask ? tf.mul<tf.Tensor2D>(x, mask) : x;
    const dHidden = tf.matMul(dy, factors.b).mul<tf.Tensor2D>(scale);
    const dInput = tf.matMul(dHidden, factors.a);
    const dx: tf.Tensor2D = tf.add(tf.matMul(dy, weight.stored), mask ? tf.mul(dInput, mask) : dInput);
    const dA: tf.Tensor2D = tf.matMul(tf.transpose(dHidden), input);
    const dB: tf.Tensor2D = tf.transpose(tf.matMul(tf.transpose(hidden), dy));
    return [dx, dA, dB];
  },
  rowwiseBackward: composedRowwise((dy, { weight }) => tf.matMul(dy, weight.stored)),
};

function frozenForward(x: tf.Tensor2D, { weight, turned, bias }: FrozenLinear): tf.Tensor2D {
  const product: tf.Tensor2D = turned ? tf.matMul(x, turned) : tf.matMul(x, weight.stored, false, true);
  return bias ? tf.add(product, bias) : product;
}
