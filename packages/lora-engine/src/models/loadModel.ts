/** From a model in host memory to a model on the current backend. */
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import type { WeightPrecision } from "../ops/frozenMatrix/frozenMatrix.ts";
import { createBert } from "./bert/bert.ts";
import { createCausalLm } from "./causalLm/causalLm.ts";
import { createUseLite } from "./encoder/useLite.ts";
import type { LanguageModel } from "./languageModel.ts";
import type { ModelFiles } from "./modelFiles.ts";

export interface LoadOptions {
  /** Of the frozen linear layers; exact when left out. */
  readonly precision?: WeightPrecision;
}

/**
 * Reads, checks and copies a base model to the current backend; the caller disposes it.
 * @throws {UnsupportedModelError} for a config.json that is not supported.
 * @throws {RangeError} when weights and config.json do not fit.
 * @throws {TypeError} for a tokenizer.json or a chat template that is not supported.
 */
export function loadModel(files: ModelFiles, { precision }: LoadOptions = {}): LanguageModel {
  const architecture = parseArchitecture(files.config);
  const tokenizer = createTextTokenizer(files.tokenizer);
  const { weights, chat, stopTokens } = files;
  switch (architecture.kind) {
    case "use-lite":
      return createUseLite({ config: architecture.config, weights, tokenizer, precision });
    case "bert":
      return createBert({ config: architecture.config, weights, tokenizer, precision });
    case "decoder":
      return createCausalLm({ config: architecture.config, weights, tokenizer, chat, stopTokens, precision });
  }
}
