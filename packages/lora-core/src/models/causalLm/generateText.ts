/** Greedy text generation, one token per pass over cached keys and values. */
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter } from "../languageModel.ts";
import { hiddenStates, logitsAt } from "./decoderForward.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import { createKeyValueCache } from "./keyValueCache.ts";

export interface GenerateRequest {
  /** At least one token. */
  readonly prompt: readonly number[];
  readonly adapter: DeviceAdapter | null;
  readonly maxNewTokens: number;
}

/** The new tokens, without the end-of-text token that stopped it. Reads one number back per token. @throws {RangeError} without a prompt. */
export async function generateText(weights: DecoderWeights, request: GenerateRequest): Promise<number[]> {
  const { eosToken, maxPositions } = weights.config;
  if (request.prompt.length === 0) throw new RangeError("There is no text to go on from");
  const limit = Math.min(request.maxNewTokens, maxPositions - request.prompt.length);
  const cache = createKeyValueCache();
  const generated: number[] = [];
  try {
    let unread = request.prompt;
    while (generated.length < limit) {
      const batch = { ids: Int32Array.from(unread), rows: 1, length: unread.length };
      const next = tf.tidy(() => {
        const hidden = hiddenStates(weights, batch, { adapter: request.adapter, dropout: null, cache });
        return tf.argMax(logitsAt(weights, hidden, [batch.length - 1]), 1);
      });
      cache.advance(batch.length);
      const [token = eosToken] = await next.data();
      next.dispose();
      if (token === eosToken) break;
      generated.push(token);
      unread = [token];
    }
    return generated;
  } finally {
    cache.dispose();
  }
}
