/** Text generation, one token per pass over cached keys and values. */
import * as tf from "@tensorflow/tfjs";
import { random } from "../../tensors/random.ts";
import type { DeviceAdapter } from "../languageModel.ts";
import { hiddenStates, logitsAt } from "./decoderForward.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import { createKeyValueCache } from "./keyValueCache.ts";
import { type SamplingOptions, sampleToken } from "./sampling.ts";
import { oneRow } from "./tokenBatch.ts";

export interface TokenRequest {
  /** At least one token. */
  readonly prompt: readonly number[];
  readonly adapter: DeviceAdapter | null;
  readonly maxNewTokens: number;
  /** Any of these ends the text and is not part of it. */
  readonly stopTokens: readonly number[];
  readonly sampling: SamplingOptions;
  /** Of the draws; the same seed gives the same text. */
  readonly seed: number;
  /** Runs before every pass and may throw to stop. */
  readonly beforeToken: () => Promise<void>;
}

/** The new tokens as they come; everything on the backend is freed when the caller stops early. @throws {RangeError} without a prompt. */
export async function* generateTokens(weights: DecoderWeights, request: TokenRequest): AsyncGenerator<number, void> {
  const { prompt, adapter, stopTokens, sampling } = request;
  if (prompt.length === 0) throw new RangeError("There is no text to go on from");
  const limit = Math.min(request.maxNewTokens, weights.config.maxPositions - prompt.length);
  const uniform = random(request.seed, "generate");
  const cache = createKeyValueCache();
  try {
    let unread = prompt;
    for (let count = 0; count < limit; count++) {
      await request.beforeToken();
      const batch = oneRow(unread);
      const logits = tf.tidy(() => {
        const hidden = hiddenStates(weights, batch, { adapter, dropout: null, cache });
        return logitsAt(weights, hidden, [batch.length - 1]);
      });
      cache.advance(batch.length);
      const token = sampleToken(Float32Array.from(await logits.data()), sampling, uniform);
      logits.dispose();
      if (stopTokens.includes(token)) return;
      yield token;
      unread = [token];
    }
  } finally {
    cache.dispose();
  }
}
