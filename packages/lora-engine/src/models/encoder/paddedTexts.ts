/** A batch of texts of different lengths as one block of tokens, and what its hidden states become: one vector a text. */
import * as tf from "@tensorflow/tfjs";
import { paddingBias } from "../../ops/attention/attentionBias.ts";

/** Lengths are rounded up to a multiple of this, so that batches share few shapes (one GPU pipeline each). */
const LENGTH_STEP = 8;
/** Keeps the length of an all-zero vector from dividing by zero. */
const NORM_EPSILON = 1e-12;
/** Characters of a text read per token wanted; next to no piece of a vocabulary is as long, so the cut hardly changes what is read. */
export const CHARACTERS_PER_TOKEN = 64;

export interface PaddedShape {
  /** Real tokens of every text. */
  readonly lengths: readonly number[];
  /** T, common to the batch. */
  readonly tokens: number;
}

/** @throws {RangeError} when a text has no token or more than `maxTokens`. */
export function paddedShape(texts: readonly Int32Array[], maxTokens: number): PaddedShape {
  const lengths = texts.map((tokens) => tokens.length);
  const longest = Math.max(...lengths);
  if (Math.min(...lengths) < 1 || longest > maxTokens) {
    throw new RangeError(`embedTexts: texts of 1 to ${maxTokens} tokens are read, got ${Math.min(...lengths)} to ${longest}`);
  }
  return { lengths, tokens: Math.min(maxTokens, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP) };
}

/** [B T], with zeros behind shorter texts. */
export function paddedIds(texts: readonly Int32Array[], { tokens }: PaddedShape): Int32Array {
  const ids = new Int32Array(texts.length * tokens);
  texts.forEach((text, row) => {
    ids.set(text, row * tokens);
  });
  return ids;
}

/** Hides padding as keys; null where there is none. */
export function biasOf({ lengths, tokens }: PaddedShape): tf.Tensor4D | null {
  return lengths.every((length) => length === tokens) ? null : paddingBias(lengths, tokens);
}

/** Mean over a text's real tokens, [B T, D] -> [B, D], as a sum weighted by 1 / length and 0 on padding. */
export function meanOfTokens(x: tf.Tensor2D, { lengths, tokens }: PaddedShape): tf.Tensor2D {
  const shares = new Float32Array(lengths.length * tokens);
  lengths.forEach((length, row) => {
    shares.fill(1 / length, row * tokens, row * tokens + length);
  });
  const weights = tf.tensor3d(shares, [lengths.length, tokens, 1]);
  return tf.mul(x.reshape([lengths.length, tokens, x.shape[1]]), weights).sum(1);
}

/** Rows at length 1. */
export function unitRows(x: tf.Tensor2D): tf.Tensor2D {
  const squared = tf.square(x).sum(1, true); // [B, 1]
  return tf.mul(x, tf.rsqrt(tf.maximum(squared, NORM_EPSILON)));
}
