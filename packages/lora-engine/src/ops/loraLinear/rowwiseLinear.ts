/**
 * A linear layer with a LoRA update whose gradients of A and B are those of every row by itself (DP-SGD clips row by row: Abadi et al. 2016,
 * arXiv:1607.00133, algorithm 1). With K rows of tokens one after the other, N in all, and row i of x, dy, u = scale dy B, h = scale drop(x) A^T:
 *   dA_i = u_i^T drop(x)_i,  dB_i = dy_i^T h_i
 * They flow to probes, whose values nobody reads: A and B are the same for all rows, and get no gradient.
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import type { FrozenLinear } from "../frozenLinear.ts";
import { chooseKernel } from "../kernelChoice.ts";
import type { RowOffsets } from "../selfAttention/rowOffsets.ts";
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
      const adapted = { factors: { a: saved.a, b: saved.b }, scale, mask: dropoutMask(saved.x.shape, dropout) };
      return kernel.rowwiseBackward(dy, frozen, adapted, saved, placesOf(saved.x, probes.offsets));
    },
  );
}

/** Of one place a row every place is a row. */
function placesOf({ shape: [count] }: tf.Tensor2D, offsets: RowOffsets): RowOffsets {
  const rows = offsets.length - 1;
  return count === rows ? Array.from({ length: rows + 1 }, (_, row) => row) : offsets;
}
