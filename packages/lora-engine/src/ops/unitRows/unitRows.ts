/**
 * Rows at length 1, [B, D], of x itself or of its hyperbolic tangent:
 *   y = t / |t|,  t = x or tanh(x)
 * A row of zeros stays one.
 */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { webgpuUnitRows } from "./unitRows.webgpu.ts";

/** Keeps the length of an all-zero vector from dividing by zero. */
export const NORM_EPSILON = 1e-12;

export interface UnitRowsOptions {
  /** Whether the tangent is taken first. */
  readonly squashed: boolean;
}

export function unitRows(x: tf.Tensor2D, { squashed }: UnitRowsOptions): tf.Tensor2D {
  if (tf.getBackend() !== "webgpu") return composed(squashed ? tf.tanh(x) : x);
  const kernel = webgpuUnitRows(squashed);
  return differentiable(
    [x],
    () => ({ value: kernel.forward(x), saved: { x } }),
    (dy, saved) => [kernel.backward(dy, saved.x)],
  );
}

function composed(x: tf.Tensor2D): tf.Tensor2D {
  const squared = tf.square(x).sum(1, true); // [B, 1]
  return tf.mul(x, tf.rsqrt(tf.maximum(squared, NORM_EPSILON)));
}
