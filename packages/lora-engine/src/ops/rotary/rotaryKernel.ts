/** What an implementation of rotary.ts computes. */
import type { Tensor4D } from "@tensorflow/tfjs";
import type { RotaryTable } from "./rotaryTable.ts";

export interface RotaryKernel {
  /** Turns every pair of x [B, H, T, Dh] by its angle, times `direction`: 1 forward, -1 for the gradient. */
  rotate(x: Tensor4D, table: RotaryTable, direction: 1 | -1): Tensor4D;
}
