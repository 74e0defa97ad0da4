import type { Tensor1D } from "@tensorflow/tfjs";

/** The norm of a frozen base: root mean square, or with a bias the one that takes the mean away too. */
export interface FrozenNorm {
  /** [D] */
  readonly weight: Tensor1D;
  /** [D] */
  readonly bias: Tensor1D | null;
  readonly eps: number;
}
