/** A decoder behind the language-model interface. */
import { type DecoderConfig, decoderLinears } from "../../architectures/decoderConfig.ts";
import type { NamedTensors } from "../../tensors/namedTensors.ts";
import type { LanguageModel } from "../languageModel.ts";
import type { TextTokenizer } from "../textTokenizer.ts";
import { createCausalTask } from "./causalTask.ts";
import { disposeDecoderWeights, loadDecoderWeights } from "./decoderWeights.ts";
import { generateTokens } from "./generateTokens.ts";
import { createPromptEncoder } from "./prompt.ts";
import { textStream } from "./textStream.ts";

export interface CausalLmFiles {
  readonly config: DecoderConfig;
  /** Tensors by their names in the checkpoint; only read. */
  readonly weights: NamedTensors;
  readonly tokenizer: TextTokenizer;
}

/** Loads the base onto the current backend. @throws {RangeError} when the checkpoint does not fit config.json. */
export function createCausalLm({ config, weights, tokenizer }: CausalLmFiles): LanguageModel {
  const loaded = loadDecoderWeights(config, weights);
  const prompts = createPromptEncoder(tokenizer, config);
  return {
    family: "causal-lm",
    linears: decoderLinears(config),
    prepare: async (task) => createCausalTask(loaded, prompts, task),
    generate({ input, adapter, options, beforeToken }) {
      const { maxNewTokens, stop, seed, ...sampling } = options;
      const room = Math.max(config.maxPositions - maxNewTokens, Math.floor(config.maxPositions / 2));
      const prompt = prompts.prompt(input, room);
      const stopTokens = prompts.stopTokens;
      const tokens = generateTokens(loaded, { prompt, adapter, maxNewTokens, stopTokens, sampling, seed, beforeToken });
      return textStream(tokens, { decode: tokenizer.decode, stop });
    },
    dispose: () => disposeDecoderWeights(loaded),
  };
}
