/** What residualNorm.ts reads and makes. */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";

/** The norm of a frozen base: root mean square, or with a bias the one that takes the mean away too. */
export interface FrozenNorm {
  /** [D] */
  readonly weight: Tensor1D;
  /** [D] */
  readonly bias: Tensor1D | null;
  readonly eps: number;
}

export interface Residual {
  readonly sum: Tensor2D;
  readonly normed: Tensor2D;
}
