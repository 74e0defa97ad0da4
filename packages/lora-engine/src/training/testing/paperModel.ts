/**
 * A model small enough for a sheet of paper: x = (1, first token - 1), two labels, and logits that are the adapter alone,
 * z = sum over its modules of s B A x, with A [R, 2] and B [2, R]. The base answers (0, 0).
 */
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter, Example, TaskModel } from "../../models/languageModel.ts";
import { maskedCrossEntropy } from "../../ops/maskedCrossEntropy/maskedCrossEntropy.ts";

/** A row of that label; `token` makes its x. */
export const paperRow = (label: number, token = 1): Example => ({ tokens: Int32Array.from([token]), answerStart: 1, label });

export const paperModel: TaskModel = {
  encode: ({ answer }) => paperRow(Number(answer)),
  encodeInput: () => Int32Array.from([1]),
  logits,
  readsRowsAsTheyAre: false,
  prototypesOf: null,
  choices: ({ label }) => [{ choice: label, context: "" }],
  loss: (batch, adapter) => losses(batch, adapter).mean(),
  losses,
  score: async (batch, adapter) => {
    const [values, scores] = tf.tidy(() => [[...losses(batch, adapter).dataSync()], logits(batch, adapter).arraySync()]);
    return batch.map((_, i) => {
      const [z0 = 0, z1 = 0] = scores[i] ?? [];
      return { label: z1 > z0 ? 1 : 0, lossSum: values[i] ?? Number.NaN, units: 1 };
    });
  },
  write: null,
  predict: null,
  dispose: () => {},
};

function logits(batch: readonly Example[], adapter: DeviceAdapter | null): tf.Tensor2D {
  const x = tf.tensor2d(batch.map(({ tokens }) => [1, (tokens[0] ?? 1) - 1]));
  let z = tf.zeros<tf.Rank.R2>([batch.length, 2]);
  for (const { a, b } of adapter?.factors.values() ?? []) {
    // B as it is would be on the right of a product in the backward pass, where no variable may be on wasm (optim/adamW.wasm.ts).
    const update = tf.matMul(tf.matMul(x, a, false, true), tf.mul(b, 1), false, true);
    z = tf.add(z, tf.mul(update, adapter?.scale ?? 1));
  }
  return z;
}

function losses(batch: readonly Example[], adapter: DeviceAdapter | null): tf.Tensor1D {
  const wanted = tf.tensor1d(
    batch.map(({ label }) => label),
    "int32",
  );
  return maskedCrossEntropy(logits(batch, adapter), wanted);
}
