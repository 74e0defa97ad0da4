/** What an implementation of selectRows.ts computes. */
import type { Tensor2D } from "@tensorflow/tfjs";

export interface SelectRowsKernel {
  /** x [N, D], K indices -> [K, D] */
  forward(x: Tensor2D, indices: readonly number[]): Tensor2D;
  /** dy [K, D] -> dx [rows, D]: the sum of the rows of dy that came from a row of x. */
  backward(dy: Tensor2D, indices: readonly number[], rows: number): Tensor2D;
}
