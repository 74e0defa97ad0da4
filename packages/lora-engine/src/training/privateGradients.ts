/**
 * A step's gradients with differential privacy of rows (DP-SGD; Abadi et al. 2016, arXiv:1607.00133, algorithm 1): of every row by itself, over
 * all factors that are trained together, clipped to C, summed, with noise N(0, (s C)^2) on every coordinate, over the expected number of rows.
 */
import { gaussianNoise } from "@duet/lora-core/differentialPrivacy/gaussianNoise";
import type { Random } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import { rowNorms, weightedSum } from "../optim/rowSums.ts";
import type { RowGradients } from "./rowGradients.ts";

/** Kept below the clip, so that float32 sums and products of the factors never come out above it. */
const ROUNDING = 1e-4;

export interface PrivateSum {
  /** Mean loss of the sampled rows, nats; 0 of none. Not private: it must not leave the device. */
  readonly loss: number;
  /** In the order of `shapes`; the caller disposes them. */
  readonly gradients: readonly tf.Tensor[];
}

export interface PrivateGradientsOptions<Row> {
  readonly rows: readonly Row[];
  /** Every row's own gradients, for a surrounding tidy. */
  readonly gradientsOf: (rows: readonly Row[]) => RowGradients;
  /** Whose gradients are there at the same time. */
  readonly rowsAtOnce: number;
  /** Of the variables. */
  readonly shapes: readonly (readonly number[])[];
  /** C */
  readonly clip: number;
  /** s; 0 is for tests alone. */
  readonly noiseMultiplier: number;
  readonly expectedRows: number;
  /** Of the noise. */
  readonly uniform: Random;
  /** Runs before every pass and may throw to stop. */
  readonly beforePass: () => Promise<void>;
}

/** A row whose gradient is not finite adds nothing: what others add must not tell that it is there. */
export async function privateGradients<Row>(options: PrivateGradientsOptions<Row>): Promise<PrivateSum> {
  const { rows, gradientsOf, rowsAtOnce, shapes, clip, noiseMultiplier, expectedRows, uniform, beforePass } = options;
  let sums: readonly tf.Tensor[] = shapes.map((shape) => tf.zeros([...shape]));
  let lossSum = 0;
  try {
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      await beforePass();
      const piece = rows.slice(start, start + rowsAtOnce);
      const { loss, norms, gradients } = measured(() => gradientsOf(piece));
      const [[value = Number.NaN], lengths] = await Promise.all([loss.data(), norms.data()]);
      tf.dispose([loss, norms]);
      sums = added(sums, gradients, [...lengths], clip);
      tf.dispose([...gradients]);
      if (Number.isFinite(value)) lossSum += value * piece.length;
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

/** With the norm of every row's gradients over all tensors, [K]. */
function measured(compute: () => RowGradients) {
  return tf.tidy(() => {
    const { loss, gradients } = compute();
    return { loss, gradients: [...gradients], norms: rowNorms(gradients) };
  });
}

/** sums + the clipped gradients of the rows whose norm is finite; the old sums are freed. */
function added(
  sums: readonly tf.Tensor[],
  gradients: readonly tf.Tensor3D[],
  norms: readonly number[],
  clip: number,
): readonly tf.Tensor[] {
  const areFinite = norms.every(Number.isFinite);
  const counted = norms.flatMap((norm, row) => (Number.isFinite(norm) ? [row] : []));
  if (counted.length === 0) return sums;
  const factors = counted.map((row) => clipping(norms[row] ?? Number.NaN, clip));
  const next = tf.tidy(() => {
    const finite = (gradient: tf.Tensor3D) => (areFinite ? gradient : tf.gather(gradient, tf.tensor1d(counted, "int32")));
    return sums.map((sum, i) => tf.add(sum, weightedSum(finite(gradients[i] as tf.Tensor3D), factors)));
  });
  tf.dispose([...sums]);
  return next;
}
