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

/** {@link dropoutValues} on the backend. The caller owns the tensor. */
export function dropoutMask(shape: [number, number], dropout: Dropout): tf.Tensor2D {
  return tf.tensor2d(dropoutValues(shape[0] * shape[1], dropout), shape);
}
