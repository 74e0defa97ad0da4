/** A decoder behind the language-model interface. */
import { type DecoderConfig, decoderLinears } from "../../architectures/decoderConfig.ts";
import type { NamedTensors } from "../../tensors/namedTensors.ts";
import type { LanguageModel } from "../languageModel.ts";
import type { TextTokenizer } from "../textTokenizer.ts";
import { createCausalTask } from "./causalTask.ts";
import { disposeDecoderWeights, loadDecoderWeights } from "./decoderWeights.ts";
import { generateText } from "./generateText.ts";
import { createPromptEncoder } from "./prompt.ts";

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
    async generate(prompt, adapter, { maxNewTokens }) {
      const tokens = await generateText(loaded, { prompt: prompts.plain(prompt), adapter, maxNewTokens });
      return tokens.length > 0 ? tokenizer.decode(tokens) : "";
    },
    dispose: () => disposeDecoderWeights(loaded),
  };
}
