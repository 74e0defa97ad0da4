/** What an implementation of maskedCrossEntropy.ts and headCrossEntropy.ts computes, for all classes or for some at a time. */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";

export interface Losses {
  /** [N], 0 where not scored. */
  readonly losses: Tensor1D;
  /** logsumexp of every row, [N]: with the logits, all that the gradient needs. */
  readonly logTotals: Tensor1D;
}

export interface MaskedCrossEntropyKernel {
  /**
   * logits [N, C] of the classes from `from` on, targets [N] among all classes. `before` is what was found of other classes, null for
   * nothing; the result is that of both. Takes over `before`.
   */
  forward(logits: Tensor2D, targets: Tensor1D, from: number, before: Losses | null): Losses;
  /** dLogits [N, C] = dy (softmax - onehot) of the same classes, 0 where not scored; logTotals are those of all classes. */
  backward(dy: Tensor1D, logits: Tensor2D, targets: Tensor1D, from: number, logTotals: Tensor1D): Tensor2D;
}
