/**
 * An encoder bound to a label task: score(text, label) = tau cos(e(text), e0(label)), with e the adapted encoder and e0 the
 * untouched base. Labels never move then, so only LoRA factors are trained and the base scores above chance before any training. With label
 * prototypes in the adapter, labels are these (labelPrototypes.ts).
 */

import type { Prediction } from "@duet/lora-core/contract/answering";
import type { Row } from "@duet/lora-core/data/row";
import { workError } from "@duet/lora-core/errors/workError";
import * as tf from "@tensorflow/tfjs";
import { disposeFrozenLinear, type FrozenLinear, sharedLinear } from "../../ops/frozenLinear.ts";
import { loraLinear } from "../../ops/loraLinear/loraLinear.ts";
import { maskedCrossEntropy } from "../../ops/maskedCrossEntropy/maskedCrossEntropy.ts";
import { meanOf } from "../../ops/meanOf/meanOf.ts";
import type { DeviceAdapter, Example, Scored, TaskModel, TrainingPass } from "../languageModel.ts";
import { prototypesFrom, prototypesOfRows } from "./labelPrototypes.ts";
import type { EmbeddingPass, SentenceEncoder } from "./sentenceEncoder.ts";

/** tau. Cosines lie in [-1, 1]; times 16 a confident answer can reach a loss near zero over a few dozen labels. */
const TEMPERATURE = 16;
/** Labels embedded at once. */
const LABEL_BATCH = 32;

/** Embeds the labels with the untouched base. The task model owns these embeddings until it is disposed. */
export function createEncoderTask(encoder: SentenceEncoder, labels: readonly string[]): TaskModel {
  const embedded = embedLabels(encoder, labels);
  const targets = scaledLinear(embedded);
  const logits = (texts: readonly Int32Array[], pass: EmbeddingPass) => {
    const { adapter } = pass;
    const vectors = encoder.embed(texts, pass);
    if (!adapter?.labels) return loraLinear(vectors, targets, null); // [B, labels]
    return tf.matMul(vectors, prototypesFrom(embedded, adapter.labels), false, true).mul<tf.Tensor2D>(TEMPERATURE);
  };
  /** A mean of what is dropped from every token is not what is dropped from their mean. */
  const trainable = (batch: readonly Example[], adapter: DeviceAdapter | null, pass: TrainingPass | null) =>
    logits(textsOf(batch), { dropout: null, ...pass, adapter, meansFirst: !pass?.dropout });
  const losses = (batch: readonly Example[], adapter: DeviceAdapter | null, pass: TrainingPass | null) => {
    const wanted = tf.tensor1d(
      batch.map(({ label }) => label),
      "int32",
    );
    return maskedCrossEntropy(trainable(batch, adapter, pass), wanted);
  };
  const textsOf = (batch: readonly Example[]) => batch.map(({ tokens }) => tokens);
  /** One row of scores per text, on the host. */
  const readScores = async (texts: readonly Int32Array[], adapter: DeviceAdapter | null): Promise<readonly number[][]> => {
    const scores = tf.tidy(() => logits(texts, { adapter, dropout: null, meansFirst: true }));
    try {
      return await scores.array();
    } finally {
      scores.dispose();
    }
  };
  return {
    encode: ({ line, input, answer }: Row, maxTokens: number): Example => {
      const label = labels.indexOf(answer);
      if (label < 0) throw workError("ROWS", ["notALabel", line, answer]);
      const tokens = encoder.tokensOf(input, maxTokens);
      return { tokens, answerStart: tokens.length, label };
    },
    encodeInput: (input, maxTokens) => encoder.tokensOf(input, maxTokens),
    readsRowsAsTheyAre: true,
    loss: (batch, adapter, pass) => meanOf(losses(batch, adapter, pass)),
    losses,
    logits: trainable,
    choices: ({ label }) => [{ choice: label, context: "" }],
    score: async (batch, adapter) => {
      const scores = await readScores(textsOf(batch), adapter);
      return batch.map(({ label }, row) => scored(scores[row] ?? [], label));
    },
    write: null,
    predict: async (inputs, adapter) => (await readScores(inputs, adapter)).map(predicted),
    prototypesOf: (rows) => prototypesOfRows(encoder, rows, labels.length),
    dispose() {
      embedded.dispose();
      disposeFrozenLinear(targets);
    },
  };
}

/** The labels' texts by the untouched base, [L, D]. */
function embedLabels(encoder: SentenceEncoder, labels: readonly string[]): tf.Tensor2D {
  const texts = labels.map((label) => encoder.tokensOf(label, Number.POSITIVE_INFINITY));
  const parts: tf.Tensor2D[] = [];
  for (let start = 0; start < texts.length; start += LABEL_BATCH) {
    const batch = texts.slice(start, start + LABEL_BATCH);
    parts.push(tf.tidy(() => encoder.embed(batch, { adapter: null, dropout: null })));
  }
  const all = tf.concat(parts);
  tf.dispose(parts);
  return all;
}

/** tau times the labels' embeddings as a frozen linear layer [D] -> [labels], so that its gradient needs no transposed product. */
function scaledLinear(embedded: tf.Tensor2D): FrozenLinear {
  return sharedLinear(tf.tidy(() => embedded.mul<tf.Tensor2D>(TEMPERATURE)));
}

/** Prediction and cross-entropy of one row of scores, in float64. */
function scored(scores: readonly number[], label: number): Scored {
  return { label: highestOf(scores), lossSum: logTotal(scores) - (scores[label] ?? Number.NaN), units: 1 };
}

/** The label with the highest score, and the softmax over all. */
function predicted(scores: readonly number[]): Prediction {
  const total = logTotal(scores);
  return { label: highestOf(scores), probabilities: scores.map((score) => Math.exp(score - total)) };
}

const highestOf = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));

function logTotal(scores: readonly number[]): number {
  const highest = Math.max(...scores);
  return highest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - highest), 0));
}
