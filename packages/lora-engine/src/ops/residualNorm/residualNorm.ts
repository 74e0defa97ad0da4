/**
 * A residual and the norm that is read of it:
 *   sum = x + delta, normed = norm(sum)
 * with the norm of rmsNorm.ts, or of layerNorm.ts where it has a bias. Shapes: all [N, D]. The gradient is that of x and delta, which
 * is the same for both.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiablePair } from "../differentiable.ts";
import { layerNorm } from "../layerNorm/layerNorm.ts";
import { rmsNorm } from "../rmsNorm/rmsNorm.ts";
import { webgpuResidualNorm, webgpuResidualNormGradient } from "./residualNorm.webgpu.ts";
import type { FrozenNorm, Residual } from "./residualNormKernel.ts";

/** @throws {RangeError} on shapes that do not fit. */
export function residualNorm(x: tf.Tensor2D, delta: tf.Tensor2D, frozen: FrozenNorm): Residual {
  if (x.shape.join() !== delta.shape.join())
    throw new RangeError(`residualNorm: x [${x.shape}] and delta [${delta.shape}] differ`);
  if (tf.getBackend() === "webgpu" && x.shape[1] === frozen.weight.shape[0]) return fused(x, delta, frozen);
  const sum: tf.Tensor2D = tf.add(x, delta);
  return { sum, normed: frozenNorm(sum, frozen) };
}

/** [N, D] */
export function frozenNorm(x: tf.Tensor2D, { weight, bias, eps }: FrozenNorm): tf.Tensor2D {
  return bias ? layerNorm(x, { weight, bias }, eps) : rmsNorm(x, weight, eps);
}

function fused(x: tf.Tensor2D, delta: tf.Tensor2D, frozen: FrozenNorm): Residual {
  const [sum, normed] = differentiablePair<tf.Tensor2D, { readonly sum: tf.Tensor2D }>(
    [x, delta],
    () => {
      const made = webgpuResidualNorm(x, delta, frozen);
      return { values: [made.sum, made.normed], saved: { sum: made.sum } };
    },
    ([dSum, dNormed], saved) => {
      const gradient = webgpuResidualNormGradient(dSum, dNormed, saved.sum, frozen);
      return [gradient, gradient.clone()];
    },
  );
  return { sum, normed };
}
