/** What an implementation of rowMeans.ts computes. */
import type { Tensor2D } from "@tensorflow/tfjs";
import type { RowOffsets } from "../selfAttention/rowOffsets.ts";

export interface RowMeansKernel {
  forward(x: Tensor2D, offsets: RowOffsets): Tensor2D;
  /** The gradient of x. */
  backward(dy: Tensor2D, offsets: RowOffsets): Tensor2D;
}
