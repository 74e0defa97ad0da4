/** What an implementation of rmsNorm.ts computes. */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";

export interface RmsNormKernel {
  /** x [N, D], weight [D] -> y [N, D] */
  forward(x: Tensor2D, weight: Tensor1D, eps: number): Tensor2D;
  /** dy, x [N, D], weight [D] -> dx [N, D] */
  backward(dy: Tensor2D, x: Tensor2D, weight: Tensor1D, eps: number): Tensor2D;
}
