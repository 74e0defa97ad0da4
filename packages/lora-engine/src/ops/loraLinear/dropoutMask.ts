/** Inverse-scaled dropout: 0 with probability `rate`, else 1 / (1 - rate); the same values for the same seed on every backend. */

import { random } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import type { Dropout } from "./loraUpdate.ts";

/** Mask values in row-major order, on the host. */
export function dropoutValues(size: number, { rate, seed }: Dropout): Float32Array {
  const uniform = random(seed, "dropout");
  const kept = 1 / (1 - rate);
  return Float32Array.from({ length: size }, () => (uniform() < rate ? 0 : kept));
}

/**
 * {@link dropoutValues} on the backend; undefined where nothing is dropped. The caller owns the tensor. A mask is as large as the input, so
 * the backward pass makes it again rather than that it is kept for it.
 */
export function dropoutMask(shape: [number, number], dropout: Dropout | null | undefined): tf.Tensor2D | undefined {
  if (!dropout || dropout.rate === 0) return;
  return tf.tensor2d(dropoutValues(shape[0] * shape[1], dropout), shape);
}
