/** A batch of prompts read once, from which any number of texts go on: the labels that are compared, and the text that is written. */
import * as tf from "@tensorflow/tfjs";
import type { FrozenLinear } from "../../ops/frozenLinear.ts";
import type { DeviceAdapter } from "../languageModel.ts";
import { hiddenStates, logitsAt } from "./decoderForward.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import type { KeyValueCache } from "./keyValueCache.ts";
import { createPackedKeyValues, type PackedKeyValues } from "./packedKeyValues.ts";
import { nextBatch, packedTokens, wholeBuckets } from "./tokenBatch.ts";

export interface PromptCache {
  /** The prompts without their last tokens, padded on the left. */
  readonly cache: KeyValueCache;
  /** Of each prompt, in columns. */
  readonly leftPadding: readonly number[];
  /** The last token of every prompt, which is read with what comes after it. */
  readonly lastTokens: readonly number[];
  readonly adapter: DeviceAdapter | null;
}

/** A prompt of at least two tokens that is the beginning of a packed row. */
export interface ReadPrompt {
  readonly row: number;
  readonly tokens: Int32Array;
}

/** Reads prompts of at least two tokens. The caller disposes the cache. */
export function readPrompts(weights: DecoderWeights, prompts: readonly Int32Array[], adapter: DeviceAdapter | null): PromptCache {
  const batch = packedTokens(prompts.map((tokens) => tokens.subarray(0, -1)));
  const kept = createPackedKeyValues(weights.config, batch.offsets);
  // Keys and values are all that is wanted: a single position is read to the end.
  tf.tidy(() => void hiddenStates(weights, batch, { adapter, dropout: null, cache: null, kept, at: [0] }));
  return promptsIn(
    kept,
    prompts.map((tokens, row) => ({ row, tokens })),
    adapter,
  );
}

/** What a pass has read of prompts. The caller disposes the cache. */
export function promptsIn(kept: PackedKeyValues, prompts: readonly ReadPrompt[], adapter: DeviceAdapter | null): PromptCache {
  const starts = prompts.map(({ row, tokens }) => ({ row, length: tokens.length - 1 }));
  const columns = wholeBuckets(Math.max(...starts.map(({ length }) => length)));
  return {
    cache: kept.intoCache(starts, columns),
    leftPadding: starts.map(({ length }) => columns - length),
    lastTokens: prompts.map(({ tokens }) => tokens.at(-1) ?? 0),
    adapter,
  };
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
  const { adapter, leftPadding, lastTokens } = prompts;
  const padding = rows.map((row) => leftPadding[row] ?? 0);
  // The last token of a prompt is read now, as what comes after it is asked for.
  let unread = rows.map((row) => [lastTokens[row] ?? 0]);
  const cache = prompts.cache.fork(rows);
  return {
    next(tokens, head) {
      const given = tokens.map((more, text) => [...(unread[text] ?? []), ...more]);
      const batch = nextBatch(given, padding);
      unread = [];
      const last = given.map((row, text) => text * batch.length + row.length - 1);
      const logits = tf.tidy(() =>
        logitsAt(weights, hiddenStates(weights, batch, { adapter, dropout: null, cache, at: last }), null, head),
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
