/** What an implementation of loraLinear.ts computes. */
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { FrozenLinear } from "../frozenLinear.ts";
import type { RowOffsets } from "../selfAttention/rowOffsets.ts";
import type { LoraFactors } from "./loraUpdate.ts";

/** The update as a kernel needs it. */
export interface Adapted {
  readonly factors: LoraFactors;
  readonly scale: number;
  /** Dropout factors of A's input, [N, in]; undefined without dropout. */
  readonly mask: Tensor2D | undefined;
}

export interface LoraLinearKernel {
  /** x W^T + bias */
  frozenForward(x: Tensor2D, frozen: FrozenLinear): Tensor2D;
  /** dy W */
  frozenBackward(dy: Tensor2D, frozen: FrozenLinear): Tensor2D;
  /** The output, and what else the gradient needs: the update's scaled inner values, [N, R]. */
  adaptedForward(x: Tensor2D, frozen: FrozenLinear, adapted: Adapted): { readonly value: Tensor2D; readonly hidden: Tensor2D };
  /** Gradients of x, A and B. */
  adaptedBackward(
    dy: Tensor2D,
    frozen: FrozenLinear,
    adapted: Adapted,
    saved: { readonly x: Tensor2D; readonly hidden: Tensor2D },
  ): [Tensor2D, Tensor2D, Tensor2D];
  /** Gradients of x, and of A [K, R, in] and B [K, out, R] for each of K rows by itself, see rowwiseLinear.ts. */
  rowwiseBackward(
    dy: Tensor2D,
    frozen: FrozenLinear,
    adapted: Adapted,
    saved: { readonly x: Tensor2D; readonly hidden: Tensor2D },
    offsets: RowOffsets,
  ): [Tensor2D, Tensor3D, Tensor3D];
}
