/**
 * A linear layer with a LoRA update whose gradients of A and B are those of every row by itself (DP-SGD clips row by row: Abadi et al. 2016,
 * arXiv:1607.00133, algorithm 1). With K rows of tokens one after the other, N in all, and row i of x, dy, u = scale dy B, h = scale drop(x) A^T:
 *   dA_i = u_i^T drop(x)_i,  dB_i = dy_i^T h_i
 * They flow to probes, whose values nobody reads: A and B are the same for all rows, and get no gradient.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import type { FrozenLinear } from "../frozenLinear.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { type RowOffsets, rowLengths } from "../selfAttention/rowOffsets.ts";
import { dropoutMask } from "./dropoutMask.ts";
import type { LoraLinearKernel } from "./loraLinearKernel.ts";
import type { LoraUpdate, RowProbes } from "./loraUpdate.ts";

type Kernels = Parameters<typeof chooseKernel<LoraLinearKernel>>[0];

/** x [N, in], or [K, in] of one place a row -> [N, out]. */
export function rowwiseLinear(
  x: tf.Tensor2D,
  frozen: FrozenLinear,
  { factors: { a, b }, scale, dropout }: LoraUpdate,
  { probes, kernels }: { readonly probes: RowProbes; readonly kernels: Kernels },
): tf.Tensor2D {
  const kernel = chooseKernel(kernels);
  return differentiable(
    [x, probes.a, probes.b],
    () => {
      const mask = dropoutMask(x.shape, dropout);
      const { value, hidden } = kernel.adaptedForward(x, frozen, { factors: { a, b }, scale, mask });
      return { value, saved: { x, hidden, a, b } };
    },
    (dy, saved) => {
      const mask = dropoutMask(saved.x.shape, dropout);
      const masked = (tensor: tf.Tensor2D): tf.Tensor2D => (mask ? tf.mul(tensor, mask) : tensor);
      const inner: tf.Tensor2D = tf.matMul(dy, scaled(saved.b, scale));
      const dx = tf.add(kernel.frozenBackward(dy, frozen), masked(tf.matMul(inner, scaled(saved.a, 1))));
      const byRow = (tensor: tf.Tensor2D) => inRows(tensor, probes.offsets);
      const dA = tf.matMul(turned(byRow(inner)), byRow(masked(saved.x)));
      const dB = turned(tf.matMul(turned(byRow(saved.hidden)), byRow(dy)));
      return [dx, dA, dB];
    },
  );
}

/**
 * A tensor of its own: TF.js' product on wasm keeps what it packed of its right side for as long as that tensor lives, and AdamW moves the
 * factors where they lie.
 */
const scaled = (factor: tf.Tensor2D, by: number): tf.Tensor2D => tf.mul(factor, by);

/** [N, D] -> [K, T, D], zeros behind the rows that are shorter than T; of one place a row [K, 1, D]. */
function inRows(tensor: tf.Tensor2D, offsets: RowOffsets): tf.Tensor3D {
  const lengths = rowLengths(offsets);
  const [count, width] = tensor.shape;
  if (count === lengths.length) return tensor.reshape<tf.Tensor3D>([count, 1, width]);
  const longest = Math.max(...lengths);
  const places = lengths.flatMap((length, row) =>
    Array.from({ length: longest }, (_, place) => (place < length ? (offsets[row] ?? 0) + place : count)),
  );
  const withZeros = tf.concat([tensor, tf.zeros([1, width])]);
  return tf.gather(withZeros, tf.tensor1d(places, "int32")).reshape<tf.Tensor3D>([lengths.length, longest, width]);
}

const turned = (tensor: tf.Tensor3D): tf.Tensor3D => tf.transpose(tensor, [0, 2, 1]);
