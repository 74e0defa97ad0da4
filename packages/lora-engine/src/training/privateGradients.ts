/**
 * A step's gradients with differential privacy of rows (DP-SGD; Abadi et al. 2016, arXiv:1607.00133, algorithm 1): of every row by itself, over
 * all factors that are trained together, clipped to C, summed, with noise N(0, (s C)^2) on every coordinate, over the expected number of rows.
 */
import { gaussianNoise } from "@duet/lora-core/differentialPrivacy/gaussianNoise";
import type { Random } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import { globalNorm } from "../optim/clipByGlobalNorm.ts";

/** Kept below the clip, so that float32 sums and products of the factors never come out above it. */
const ROUNDING = 1e-4;

export interface RowGradients {
  readonly loss: tf.Scalar;
  /** In the order of the variables. */
  readonly gradients: readonly tf.Tensor[];
}

export interface PrivateSum {
  /** Mean loss of the sampled rows, nats; 0 of none. Not private: it must not leave the device. */
  readonly loss: number;
  /** In the order of `shapes`; the caller disposes them. */
  readonly gradients: readonly tf.Tensor[];
}

export interface PrivateGradientsOptions<Row> {
  readonly rows: readonly Row[];
  /** One row's own gradients, for a surrounding tidy. */
  readonly gradientsOf: (row: Row) => RowGradients;
  /** Of the variables. */
  readonly shapes: readonly (readonly number[])[];
  /** C */
  readonly clip: number;
  /** s; 0 is for tests alone. */
  readonly noiseMultiplier: number;
  readonly expectedRows: number;
  /** Of the noise. */
  readonly uniform: Random;
  /** Runs before every row and may throw to stop. */
  readonly beforeRow: () => Promise<void>;
}

/** A row whose gradient is not finite adds nothing: what others add must not tell that it is there. */
export async function privateGradients<Row>(options: PrivateGradientsOptions<Row>): Promise<PrivateSum> {
  const { rows, gradientsOf, shapes, clip, noiseMultiplier, expectedRows, uniform, beforeRow } = options;
  let sums: readonly tf.Tensor[] = shapes.map((shape) => tf.zeros([...shape]));
  let lossSum = 0;
  try {
    for (const row of rows) {
      await beforeRow();
      const { loss, norm, gradients } = measured(() => gradientsOf(row));
      const [[value = Number.NaN], [length = Number.NaN]] = await Promise.all([loss.data(), norm.data()]);
      tf.dispose([loss, norm]);
      if (Number.isFinite(length)) sums = added(sums, gradients, clipping(length, clip));
      tf.dispose([...gradients]);
      if (Number.isFinite(value)) lossSum += value;
    }
    const noisy = tf.tidy(() =>
      sums.map((sum) => {
        const noise = tf.tensor(gaussianNoise(sum.size, noiseMultiplier * clip, uniform), sum.shape);
        return tf.div(tf.add(sum, noise), expectedRows);
      }),
    );
    return { loss: rows.length > 0 ? lossSum / rows.length : 0, gradients: noisy };
  } finally {
    tf.dispose([...sums]);
  }
}

/** What a gradient of this norm is multiplied by. */
function clipping(norm: number, clip: number): number {
  return Math.min(1, (clip * (1 - ROUNDING)) / Math.max(norm, Number.MIN_VALUE));
}

function measured(compute: () => RowGradients) {
  return tf.tidy(() => {
    const found = compute();
    return { loss: found.loss, gradients: [...found.gradients], norm: globalNorm(found.gradients) };
  });
}

/** sums + factor * gradients; the old sums are freed. */
function added(sums: readonly tf.Tensor[], gradients: readonly tf.Tensor[], factor: number): readonly tf.Tensor[] {
  const next = tf.tidy(() => sums.map((sum, i) => tf.add(sum, tf.mul(gradients[i] as tf.Tensor, factor))));
  tf.dispose([...sums]);
  return next;
}
