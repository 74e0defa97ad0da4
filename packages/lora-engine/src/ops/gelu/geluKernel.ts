/** What an implementation of gelu.ts computes. */
import type { Tensor2D } from "@tensorflow/tfjs";

export const GELU_SLOPE = Math.sqrt(2 / Math.PI);
export const GELU_CUBIC = 0.044715;

export interface GeluKernel {
  /** x [N, F] -> y [N, F] */
  forward(x: Tensor2D): Tensor2D;
  /** dy, x [N, F] -> dx [N, F] */
  backward(dy: Tensor2D, x: Tensor2D): Tensor2D;
}
