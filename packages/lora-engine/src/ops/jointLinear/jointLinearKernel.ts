/** What an implementation of jointLinear.ts computes. */
import type { Tensor2D } from "@tensorflow/tfjs";
import type { FrozenLinear } from "../frozenLinear.ts";
import type { Adapted } from "../loraLinear/loraLinearKernel.ts";
import type { LoraUpdate } from "../loraLinear/loraUpdate.ts";

/** One layer of those that read the input. */
export interface LinearPart {
  readonly frozen: FrozenLinear;
  readonly update: LoraUpdate | null;
}

export interface JointLinearKernel {
  /** The outputs side by side, and each update's scaled inner values, [N, R]; null where a part has none. */
  forward(
    x: Tensor2D,
    frozen: readonly FrozenLinear[],
    adapted: readonly (Adapted | null)[],
  ): { readonly value: Tensor2D; readonly hidden: readonly (Tensor2D | null)[] };
  /** The gradient of x, null unless `withInput`, and those of A and B of every part that has an update, in order. */
  backward(
    dy: Tensor2D,
    frozen: readonly FrozenLinear[],
    adapted: readonly (Adapted | null)[],
    saved: { readonly x: Tensor2D; readonly hidden: readonly (Tensor2D | null)[]; readonly withInput: boolean },
  ): { readonly x: Tensor2D | null; readonly factors: readonly Tensor2D[] };
}
