/**
 * Cross-entropy of integer targets at the end of a language model, in nats:
 *   loss_n = logsumexp(W h_n) - w_target_n . h_n, and 0 where target_n is -1 (not scored).
 * Shapes: hidden h [N, D], head W [V, D] without a bias, targets [N] (int32), losses [N].
 * The head is wide, so logits [N, V] never exist: they are computed for a few thousand classes at a time, and again for the gradient,
 * which is that of hidden alone. What is kept for it is hidden and a number per row.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { type FrozenLinear, linearRows } from "../frozenLinear.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { LINEAR_KERNELS } from "../loraLinear/loraLinear.ts";
import { CROSS_ENTROPY_KERNELS } from "../maskedCrossEntropy/maskedCrossEntropy.ts";
import type { Losses } from "../maskedCrossEntropy/maskedCrossEntropyKernel.ts";

/** Classes at a time: a multiple of 4, for kernels that read whole vectors. */
export const CLASSES_AT_ONCE = 4096;

/** @throws {RangeError} on shapes that do not fit, and on a head with a bias. */
export function headCrossEntropy(hidden: tf.Tensor2D, head: FrozenLinear, targets: tf.Tensor1D): tf.Tensor1D {
  if (targets.shape[0] !== hidden.shape[0] || hidden.shape[1] !== head.weight.shape[1] || head.bias) {
    const bias = head.bias ? " with a bias" : "";
    throw new RangeError(
      `headCrossEntropy: ${targets.shape[0]} targets, hidden [${hidden.shape}], head [${head.weight.shape}]${bias}`,
    );
  }
  return differentiable(
    [hidden],
    () => {
      const { losses, logTotals } = lossesOver(hidden, head, targets);
      return { value: losses, saved: { hidden, targets, logTotals } };
    },
    (dy, saved) => [gradient(dy, head, saved)],
  );
}

function lossesOver(hidden: tf.Tensor2D, head: FrozenLinear, targets: tf.Tensor1D): Losses {
  const linear = chooseKernel(LINEAR_KERNELS);
  const crossEntropy = chooseKernel(CROSS_ENTROPY_KERNELS);
  let found: Losses | null = null;
  for (const { from, count } of partsOf(head)) {
    const before: Losses | null = found;
    found = tf.tidy(() => {
      const logits = linear.frozenForward(hidden, linearRows(head, from, count));
      return { ...crossEntropy.forward(logits, targets, from, before) };
    });
  }
  if (!found) throw new RangeError("headCrossEntropy: the head has no classes");
  return found;
}

interface Saved {
  readonly hidden: tf.Tensor2D;
  readonly targets: tf.Tensor1D;
  readonly logTotals: tf.Tensor1D;
}

/** dHidden [N, D] */
function gradient(dy: tf.Tensor1D, head: FrozenLinear, { hidden, targets, logTotals }: Saved): tf.Tensor2D {
  const linear = chooseKernel(LINEAR_KERNELS);
  const crossEntropy = chooseKernel(CROSS_ENTROPY_KERNELS);
  let sum: tf.Tensor2D | null = null;
  for (const { from, count } of partsOf(head)) {
    const before: tf.Tensor2D | null = sum;
    sum = tf.tidy(() => {
      const rows = linearRows(head, from, count);
      const logits = linear.frozenForward(hidden, rows);
      const part = linear.frozenBackward(crossEntropy.backward(dy, logits, targets, from, logTotals), rows);
      return before ? tf.add(before, part) : part;
    });
    before?.dispose();
  }
  if (!sum) throw new RangeError("headCrossEntropy: the head has no classes");
  return sum;
}

function partsOf({ weight }: FrozenLinear): readonly { readonly from: number; readonly count: number }[] {
  const [classes] = weight.shape;
  return Array.from({ length: Math.ceil(classes / CLASSES_AT_ONCE) }, (_, i) => {
    const from = i * CLASSES_AT_ONCE;
    return { from, count: Math.min(CLASSES_AT_ONCE, classes - from) };
  });
}
