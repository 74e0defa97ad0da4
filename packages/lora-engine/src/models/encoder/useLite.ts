/** Universal Sentence Encoder lite as an encoder. */

import { type EncoderConfig, encoderLinears } from "@duet/lora-core/architectures/encoderConfig";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import type { WeightPrecision } from "../../ops/frozenMatrix/frozenMatrix.ts";
import type { LanguageModel } from "../languageModel.ts";
import { createEncoder } from "./encoder.ts";
import { embedTexts } from "./encoderForward.ts";
import { disposeEncoderWeights, loadEncoderWeights } from "./encoderWeights.ts";
import { CHARACTERS_PER_TOKEN } from "./packedTexts.ts";

export interface UseLiteFiles {
  readonly config: EncoderConfig;
  /** Tensors by their names in the checkpoint; only read. */
  readonly weights: NamedTensors;
  readonly tokenizer: TextTokenizer;
  /** Exact when left out. */
  readonly precision?: WeightPrecision | undefined;
}

/** Loads the base onto the current backend. @throws {DuetError} when the checkpoint does not fit config.json. */
export function createUseLite({ config, weights, tokenizer, precision }: UseLiteFiles): LanguageModel {
  const loaded = { config, weights: loadEncoderWeights(config, weights, precision) };
  return createEncoder({
    linears: encoderLinears(config),
    tokensOf(text, maxTokens) {
      const limit = Math.min(maxTokens, config.maxTokens);
      const ids = tokenizer.encode(text.slice(0, limit * CHARACTERS_PER_TOKEN)).slice(0, limit);
      return Int32Array.from(ids.length > 0 ? ids : [config.unknownToken]);
    },
    embed: (texts, pass) => embedTexts({ ...loaded, ...pass }, texts),
    dispose: () => disposeEncoderWeights(loaded.weights),
  });
}
