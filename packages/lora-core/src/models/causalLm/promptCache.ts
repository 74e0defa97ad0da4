/** A batch of prompts read once, from which any number of short texts go on. */
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

/** A text that goes on from a prompt. */
export interface Continuation {
  /** Of the prompts. */
  readonly row: number;
  readonly tokens: readonly number[];
}

/** What comes after each continuation: logits [continuations, width of `head`]. The prompts stay as they are; the caller owns the tensor. */
export function continuationLogits(
  weights: DecoderWeights,
  { cache, read, lastTokens, adapter }: PromptCache,
  continuations: readonly Continuation[],
  head: FrozenLinear,
): tf.Tensor2D {
  const rows = continuations.map(({ row }) => row);
  const batch = nextBatch(
    continuations.map(({ row, tokens }) => [lastTokens[row] ?? 0, ...tokens]),
    rows.map((row) => read.batch.leftPadding?.[row] ?? 0),
  );
  const last = continuations.map(({ tokens }, k) => k * batch.length + tokens.length);
  const forked = cache.fork(rows, read.answerColumn - 1);
  try {
    return tf.tidy(() => {
      const hidden = hiddenStates(weights, batch, { adapter, dropout: null, cache: forked });
      return logitsAt(weights, hidden, last, head);
    });
  } finally {
    forked.dispose();
  }
}
