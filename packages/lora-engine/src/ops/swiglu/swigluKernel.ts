/** What an implementation of swiglu.ts computes; all shapes are [N, F]. */
import type { Tensor2D } from "@tensorflow/tfjs";

export interface SwigluKernel {
  forward(gate: Tensor2D, up: Tensor2D): Tensor2D;
  /** Gradients of gate and up. */
  backward(dy: Tensor2D, gate: Tensor2D, up: Tensor2D): [Tensor2D, Tensor2D];
}
