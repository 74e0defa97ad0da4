/** What an implementation of layerNorm.ts computes. */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";

export interface LayerNormWeights {
  /** [D] */
  readonly weight: Tensor1D;
  /** [D] */
  readonly bias: Tensor1D;
}

export interface LayerNormKernel {
  /** x [N, D] -> y [N, D] */
  forward(x: Tensor2D, weights: LayerNormWeights, eps: number): Tensor2D;
  /** dy, x [N, D], weight [D] -> dx [N, D] */
  backward(dy: Tensor2D, x: Tensor2D, weight: Tensor1D, eps: number): Tensor2D;
}
