/** A batch of prompts read once, from which any number of texts go on: the labels that are compared, and the text that is written. */
import * as tf from "@tensorflow/tfjs";
import type { FrozenLinear } from "../../ops/frozenLinear.ts";
import type { DeviceAdapter } from "../languageModel.ts";
import { hiddenStates, logitsAt } from "./decoderForward.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import { createKeyValueCache, type KeyValueCache } from "./keyValueCache.ts";
import { type AlignedBatch, alignedBatch } from "./scoredPositions.ts";
import { nextBatch } from "./tokenBatch.ts";

export interface PromptCache {
  readonly cache: KeyValueCache;
  /** The prompts, padded on the left: their last tokens belong in the column before `answerColumn`. */
  readonly read: Pick<AlignedBatch, "answerColumn" | "batch">;
  /** The last token of every prompt. */
  readonly lastTokens: readonly number[];
  readonly adapter: DeviceAdapter | null;
}

/** Reads prompts of at least two tokens. The caller disposes the cache. */
export function readPrompts(weights: DecoderWeights, prompts: readonly Int32Array[], adapter: DeviceAdapter | null): PromptCache {
  const read = alignedBatch(prompts.map((tokens) => ({ tokens, answerStart: tokens.length, label: -1 })));
  const cache = createKeyValueCache();
  tf.tidy(() => void hiddenStates(weights, read.batch, { adapter, dropout: null, cache }));
  cache.advance(read.batch.length);
  return { cache, read, lastTokens: prompts.map((tokens) => tokens.at(-1) ?? 0), adapter };
}

/** Texts that go on from prompts, side by side. */
export interface OngoingTexts {
  /**
   * Reads the next tokens of every text: logits [texts, width of `head`] of what comes then, which the caller owns. Texts that got
   * fewer tokens than others cannot go on.
   */
  next(tokens: readonly (readonly number[])[], head?: FrozenLinear): tf.Tensor2D;
  dispose(): void;
}

/** One text per entry of `rows`, which are the prompts'. The prompts stay as they are; the caller disposes the texts. */
export function goOn(weights: DecoderWeights, prompts: PromptCache, rows: readonly number[]): OngoingTexts {
  const { adapter, read, lastTokens } = prompts;
  const padding = rows.map((row) => read.batch.leftPadding?.[row] ?? 0);
  // The last token of a prompt is read again: what comes after it is asked for now.
  let unread = rows.map((row) => [lastTokens[row] ?? 0]);
  const cache = prompts.cache.fork(rows, read.answerColumn - 1);
  return {
    next(tokens, head) {
      const given = tokens.map((more, text) => [...(unread[text] ?? []), ...more]);
      const batch = nextBatch(given, padding);
      unread = [];
      const last = given.map((row, text) => text * batch.length + row.length - 1);
      const logits = tf.tidy(() =>
        logitsAt(weights, hiddenStates(weights, batch, { adapter, dropout: null, cache }), last, head),
      );
      cache.advance(batch.length);
      return logits;
    },
    dispose: () => cache.dispose(),
  };
}

/** A short text after one of the prompts. */
export interface Continuation {
  /** Of the prompts. */
  readonly row: number;
  readonly tokens: readonly number[];
}

/** What comes after each continuation: logits [continuations, width of `head`]. The prompts stay as they are; the caller owns the tensor. */
export function continuationLogits(
  weights: DecoderWeights,
  prompts: PromptCache,
  continuations: readonly Continuation[],
  head: FrozenLinear,
): tf.Tensor2D {
  const texts = goOn(
    weights,
    prompts,
    continuations.map(({ row }) => row),
  );
  try {
    return texts.next(
      continuations.map(({ tokens }) => tokens),
      head,
    );
  } finally {
    texts.dispose();
  }
}
