/** A BERT model as an encoder: texts are framed by the tokenizer's pieces, after the prompt that the model was trained with. */

import { type BertConfig, bertLinears } from "@duet/lora-core/architectures/bertConfig";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import type { WeightPrecision } from "../../ops/frozenMatrix/frozenMatrix.ts";
import { createEncoder } from "../encoder/encoder.ts";
import { CHARACTERS_PER_TOKEN } from "../encoder/packedTexts.ts";
import type { LanguageModel } from "../languageModel.ts";
import { bertVectors } from "./bertForward.ts";
import { disposeBertWeights, loadBertWeights } from "./bertWeights.ts";

export interface BertFiles {
  readonly config: BertConfig;
  /** Tensors by their names in the checkpoint; only read. */
  readonly weights: NamedTensors;
  readonly tokenizer: TextTokenizer;
  /** Exact when left out. */
  readonly precision?: WeightPrecision | undefined;
}

/** Loads the base onto the current backend. @throws {DuetError} when the checkpoint does not fit config.json. */
export function createBert({ config, weights, tokenizer, precision }: BertFiles): LanguageModel {
  const loaded = { config, weights: loadBertWeights(config, weights, precision) };
  return createEncoder({
    linears: bertLinears(config),
    tokensOf: (text, maxTokens) => framedTokens(config, tokenizer, text, maxTokens),
    embed: (texts, pass) => bertVectors({ ...loaded, ...pass }, texts),
    dispose: () => disposeBertWeights(loaded.weights),
  });
}

/** The text's own pieces are cut, those around it never, unless there is room for nothing else. */
function framedTokens({ maxTokens, prompt }: BertConfig, tokenizer: TextTokenizer, text: string, wanted: number): Int32Array {
  const { before, after } = tokenizer.frame;
  const limit = Math.min(wanted, maxTokens);
  const room = Math.max(0, limit - before.length - after.length);
  const ids = tokenizer.encode((prompt + text).slice(0, prompt.length + limit * CHARACTERS_PER_TOKEN)).slice(0, room);
  const framed = [...before, ...ids, ...after].slice(0, limit);
  return Int32Array.from(framed.length > 0 ? framed : [0]);
}
