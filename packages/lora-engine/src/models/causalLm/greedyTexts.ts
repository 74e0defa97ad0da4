/** The likeliest answers to many prompts side by side: what a measurement of text tasks compares. */
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter } from "../languageModel.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import { goOn, readPrompts } from "./promptCache.ts";

export interface GreedyRequest {
  /** At least two tokens each. */
  readonly prompts: readonly Int32Array[];
  readonly adapter: DeviceAdapter | null;
  readonly maxNewTokens: number;
  /** Any of these ends a text and is not part of it. */
  readonly stopTokens: readonly number[];
  /** Runs before every pass and may throw to stop. */
  readonly beforeToken: () => Promise<void>;
}

/** New tokens of every prompt; of equally likely ones the first. Everything on the backend is freed. */
export async function greedyTexts(weights: DecoderWeights, request: GreedyRequest): Promise<readonly (readonly number[])[]> {
  const { prompts, adapter, stopTokens, beforeToken } = request;
  const limit = Math.min(request.maxNewTokens, weights.config.maxPositions - Math.max(...prompts.map(({ length }) => length)));
  const written = prompts.map((): number[] => []);
  const ended = new Set<number>();
  await beforeToken();
  const read = readPrompts(weights, prompts, adapter);
  const texts = goOn(
    weights,
    read,
    prompts.map((_, row) => row),
  );
  read.cache.dispose();
  try {
    let unread = prompts.map((): readonly number[] => []);
    for (let count = 0; count < limit && ended.size < prompts.length; count++) {
      await beforeToken();
      const likeliest = tf.tidy(() => texts.next(unread).argMax(1));
      const tokens = [...(await likeliest.data())];
      likeliest.dispose();
      for (const [row, token] of tokens.entries()) {
        if (stopTokens.includes(token)) ended.add(row);
        else if (!ended.has(row)) written[row]?.push(token);
      }
      // Texts that have ended go on unread, so that all stay side by side.
      unread = tokens.map((token) => [token]);
    }
    return written;
  } finally {
    texts.dispose();
  }
}
