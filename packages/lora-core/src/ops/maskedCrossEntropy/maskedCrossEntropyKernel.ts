/** What an implementation of maskedCrossEntropy.ts computes. */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";

export interface Losses {
  /** [N], 0 where not scored. */
  readonly losses: Tensor1D;
  /** logsumexp of every row, [N]: with the logits, all that the gradient needs. */
  readonly logTotals: Tensor1D;
}

export interface MaskedCrossEntropyKernel {
  /** logits [N, V], targets [N] */
  forward(logits: Tensor2D, targets: Tensor1D): Losses;
  /** dLogits = dy (softmax - onehot), 0 where not scored. */
  backward(dy: Tensor1D, logits: Tensor2D, targets: Tensor1D, logTotals: Tensor1D): Tensor2D;
}
