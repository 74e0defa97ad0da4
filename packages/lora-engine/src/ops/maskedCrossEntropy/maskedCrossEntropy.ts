/**
 * Cross-entropy of integer targets, one loss per row, in nats:
 *   loss_n = logsumexp(logits_n) - logits_n[target_n], and 0 where target_n is -1 (not scored).
 * Shapes: logits [N, V], targets [N] (int32), losses [N].
 */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedMaskedCrossEntropy } from "./maskedCrossEntropy.composed.ts";
import { wasmMaskedCrossEntropy } from "./maskedCrossEntropy.wasm.ts";
import { webgpuMaskedCrossEntropy } from "./maskedCrossEntropy.webgpu.ts";

/** By backend. */
export const CROSS_ENTROPY_KERNELS = {
  composed: composedMaskedCrossEntropy,
  wasm: wasmMaskedCrossEntropy,
  webgpu: webgpuMaskedCrossEntropy,
};

/** Rows that should not be scored are better not computed at all; -1 is for the few that fill up a shape. */
export function maskedCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  if (targets.shape[0] !== logits.shape[0]) {
    throw new RangeError(`maskedCrossEntropy: ${targets.shape[0]} targets for logits [${logits.shape}]`);
  }
  const kernel = chooseKernel(CROSS_ENTROPY_KERNELS);
  return differentiable(
    [logits],
    () => {
      const { losses, logTotals } = kernel.forward(logits, targets, 0, null);
      return { value: losses, saved: { logits, targets, logTotals } };
    },
    (dy, saved) => [kernel.backward(dy, saved.logits, saved.targets, 0, saved.logTotals)],
  );
}
