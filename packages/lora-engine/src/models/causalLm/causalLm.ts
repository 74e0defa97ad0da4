/** A decoder behind the language-model interface. */
import { decoderLinears } from "@duet/lora-core/architectures/decoderConfig";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { WeightPrecision } from "../../ops/frozenMatrix/frozenMatrix.ts";
import type { LanguageModel } from "../languageModel.ts";
import { createCausalTask } from "./causalTask.ts";
import { disposeDecoderWeights, loadDecoderWeights } from "./decoderWeights.ts";
import { generateTokens } from "./generateTokens.ts";
import { meanStates } from "./meanStates.ts";
import { type PromptParts, promptsOf } from "./promptsOf.ts";
import { textStream } from "./textStream.ts";

export interface CausalLmFiles extends PromptParts {
  /** Tensors by their names in the checkpoint; only read. */
  readonly weights: NamedTensors;
  /** Exact when left out. */
  readonly precision?: WeightPrecision | undefined;
}

/**
 * Loads the base onto the current backend.
 * @throws {RangeError} when the checkpoint does not fit config.json.
 * @throws {TypeError} when the chat template cannot be used.
 */
export function createCausalLm({ config, weights, tokenizer, chat, stopTokens, precision }: CausalLmFiles): LanguageModel {
  const prompts = promptsOf({ config, tokenizer, chat, stopTokens });
  const loaded = loadDecoderWeights(config, weights, precision);
  return {
    family: "causal-lm",
    linears: decoderLinears(config),
    prepare: async (task) => createCausalTask(loaded, prompts, task),
    embed: (texts) => meanStates(loaded, texts),
    generate({ input, adapter, options, beforeToken }) {
      const { maxNewTokens, stop, seed, ...sampling } = options;
      const room = Math.max(config.maxPositions - maxNewTokens, Math.floor(config.maxPositions / 2));
      const prompt = prompts.prompt(input, room);
      const { stopTokens: ends } = prompts;
      const tokens = generateTokens(loaded, { prompt, adapter, maxNewTokens, stopTokens: ends, sampling, seed, beforeToken });
      return textStream(tokens, { decode: tokenizer.decode, stop });
    },
    dispose: () => disposeDecoderWeights(loaded),
  };
}
