/** What an implementation of swiglu.ts computes. Shapes: joint [N, 2 F], y [N, F]. */
import type { Tensor2D } from "@tensorflow/tfjs";

export interface SwigluKernel {
  forward(joint: Tensor2D): Tensor2D;
  /** Gradient of joint. */
  backward(dy: Tensor2D, joint: Tensor2D): Tensor2D;
}
