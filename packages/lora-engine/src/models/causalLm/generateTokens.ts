/** Text generation: a text that goes on from its prompt by one token per pass, as labels do (promptCache.ts). */
import type { SamplingOptions } from "@duet/lora-core/contract/answering";
import { random } from "@duet/lora-core/tensors/random";
import type { DeviceAdapter } from "../languageModel.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import { goOn, type OngoingTexts, readPrompts } from "./promptCache.ts";
import { sampleToken } from "./sampling.ts";

export interface TokenRequest {
  /** At least two tokens. */
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
  const { prompt, stopTokens, sampling, beforeToken } = request;
  const limit = Math.min(request.maxNewTokens, weights.config.maxPositions - prompt.length);
  if (limit <= 0) return;
  const uniform = random(request.seed, "generate");
  await beforeToken();
  const text = textAfter(weights, request);
  try {
    let unread: readonly number[] = [];
    for (let count = 0; count < limit; count++) {
      await beforeToken();
      const logits = text.next([unread]);
      const token = sampleToken(Float32Array.from(await logits.data()), sampling, uniform);
      logits.dispose();
      if (stopTokens.includes(token)) return;
      yield token;
      unread = [token];
    }
  } finally {
    text.dispose();
  }
}

function textAfter(weights: DecoderWeights, { prompt, adapter }: TokenRequest): OngoingTexts {
  if (prompt.length < 2) throw new RangeError("There is no text to go on from");
  const prompts = readPrompts(weights, [Int32Array.from(prompt)], adapter);
  try {
    return goOn(weights, prompts, [0]);
  } finally {
    prompts.cache.dispose();
  }
}
