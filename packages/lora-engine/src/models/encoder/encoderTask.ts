/**
 * An encoder bound to a label task: score(text, label) = tau cos(e(text), e0(label)), with e the adapted encoder and e0 the
 * untouched base. Labels never move, so only LoRA factors are trained and the base scores above chance before any training.
 */

import type { EncoderConfig } from "@duet/lora-core/architectures/encoderConfig";
import type { Prediction } from "@duet/lora-core/contract/answering";
import type { Row } from "@duet/lora-core/data/row";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import * as tf from "@tensorflow/tfjs";
import { disposeFrozenLinear, type FrozenLinear, sharedLinear } from "../../ops/frozenLinear.ts";
import { loraLinear } from "../../ops/loraLinear/loraLinear.ts";
import { maskedCrossEntropy } from "../../ops/maskedCrossEntropy/maskedCrossEntropy.ts";
import type { DeviceAdapter, Example, Scored, TaskModel, TrainingPass } from "../languageModel.ts";
import { embedTexts } from "./encoderForward.ts";
import type { EncoderWeights } from "./encoderWeights.ts";

/** tau. Cosines lie in [-1, 1]; times 16 a confident answer can reach a loss near zero over a few dozen labels. */
const TEMPERATURE = 16;
/** Labels embedded at once. */
const LABEL_BATCH = 32;
/** Characters of a text read per token wanted; no piece of a vocabulary is as long, so the cut never changes what is read. */
const CHARACTERS_PER_TOKEN = 64;

export interface Encoder {
  readonly config: EncoderConfig;
  readonly weights: EncoderWeights;
  readonly tokenizer: TextTokenizer;
}

/** Embeds the labels with the untouched base. The task model owns these embeddings until it is disposed. */
export function createEncoderTask(encoder: Encoder, labels: readonly string[]): TaskModel {
  const targets = embedLabels(encoder, labels);
  const logits = (texts: readonly Int32Array[], adapter: DeviceAdapter | null, pass: TrainingPass | null) =>
    loraLinear(embedTexts({ ...encoder, dropout: null, ...pass, adapter }, texts), targets, null); // [B, labels]
  const losses = (batch: readonly Example[], adapter: DeviceAdapter | null, pass: TrainingPass | null) => {
    const wanted = tf.tensor1d(
      batch.map(({ label }) => label),
      "int32",
    );
    return maskedCrossEntropy(logits(textsOf(batch), adapter, pass), wanted);
  };
  const textsOf = (batch: readonly Example[]) => batch.map(({ tokens }) => tokens);
  /** One row of scores per text, on the host. */
  const readScores = async (texts: readonly Int32Array[], adapter: DeviceAdapter | null): Promise<readonly number[][]> => {
    const scores = tf.tidy(() => logits(texts, adapter, null));
    try {
      return await scores.array();
    } finally {
      scores.dispose();
    }
  };
  return {
    encode: ({ line, input, answer }: Row, maxTokens: number): Example => {
      const label = labels.indexOf(answer);
      if (label < 0) throw new DuetError("ROWS", `Line ${line}: "${answer}" is not one of the labels`);
      const tokens = tokensOf(encoder, input, maxTokens);
      return { tokens, answerStart: tokens.length, label };
    },
    encodeInput: (input, maxTokens) => tokensOf(encoder, input, maxTokens),
    loss: (batch, adapter, pass) => losses(batch, adapter, pass).mean(),
    losses,
    logits: (batch, adapter, pass) => logits(textsOf(batch), adapter, pass),
    choices: ({ label }) => [{ choice: label, context: "" }],
    score: async (batch, adapter) => {
      const scores = await readScores(textsOf(batch), adapter);
      return batch.map(({ label }, row) => scored(scores[row] ?? [], label));
    },
    predict: async (inputs, adapter) => (await readScores(inputs, adapter)).map(predicted),
    dispose: () => disposeFrozenLinear(targets),
  };
}

/** A text as the encoder reads it: at least one token, at most `maxTokens` or what the model can take. */
function tokensOf({ config, tokenizer }: Encoder, text: string, maxTokens: number): Int32Array {
  const limit = Math.min(maxTokens, config.maxTokens);
  const ids = tokenizer.encode(text.slice(0, limit * CHARACTERS_PER_TOKEN)).slice(0, limit);
  return Int32Array.from(ids.length > 0 ? ids : [config.unknownToken]);
}

/** tau times the labels' embeddings as a frozen linear layer [D] -> [labels], so that its gradient needs no transposed product. */
function embedLabels(encoder: Encoder, labels: readonly string[]): FrozenLinear {
  const texts = labels.map((label) => tokensOf(encoder, label, encoder.config.maxTokens));
  const parts: tf.Tensor2D[] = [];
  for (let start = 0; start < texts.length; start += LABEL_BATCH) {
    const batch = texts.slice(start, start + LABEL_BATCH);
    parts.push(tf.tidy(() => embedTexts({ ...encoder, adapter: null, dropout: null }, batch)));
  }
  const scaled = tf.tidy(() => tf.concat(parts).mul<tf.Tensor2D>(TEMPERATURE));
  tf.dispose(parts);
  return sharedLinear(scaled);
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
