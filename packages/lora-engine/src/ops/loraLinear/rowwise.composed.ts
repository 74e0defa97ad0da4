/** The gradients of rowwiseLinear.ts, of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import { type RowOffsets, rowLengths } from "../selfAttention/rowOffsets.ts";
import type { LoraLinearKernel } from "./loraLinearKernel.ts";

/** For a kernel with this gradient of the frozen product. */
export function composedRowwise(frozenBackward: LoraLinearKernel["frozenBackward"]): LoraLinearKernel["rowwiseBackward"] {
  return (dy, frozen, { factors: { a, b }, scale, mask }, { x, hidden }, offsets) => {
    const masked = (tensor: tf.Tensor2D): tf.Tensor2D => (mask ? tf.mul(tensor, mask) : tensor);
    const inner = tf.matMul(dy, b).mul<tf.Tensor2D>(scale);
    const dx = tf.add<tf.Tensor2D>(frozenBackward(dy, frozen), masked(tf.matMul(inner, a)));
    const byRow = (tensor: tf.Tensor2D) => inRows(tensor, offsets);
    const dA: tf.Tensor3D = tf.matMul(turned(byRow(inner)), byRow(masked(x)));
    const dB = turned(tf.matMul(turned(byRow(hidden)), byRow(dy)));
    return [dx, dA, dB];
  };
}

/** [N, D] -> [K, T, D], zeros behind the rows that are shorter than T. */
function inRows(tensor: tf.Tensor2D, offsets: RowOffsets): tf.Tensor3D {
  const lengths = rowLengths(offsets);
  const [count, width] = tensor.shape;
  const longest = Math.max(...lengths);
  const places = lengths.flatMap((length, row) =>
    Array.from({ length: longest }, (_, place) => (place < length ? (offsets[row] ?? 0) + place : count)),
  );
  const withZeros = tf.concat([tensor, tf.zeros([1, width])]);
  return tf.gather(withZeros, tf.tensor1d(places, "int32")).reshape<tf.Tensor3D>([lengths.length, longest, width]);
}

const turned = (tensor: tf.Tensor3D): tf.Tensor3D => tf.transpose(tensor, [0, 2, 1]);
