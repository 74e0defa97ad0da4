/** The Llama family (also TinyLlama, SmolLM2, Llama 3.2): config.json of Hugging Face's LlamaForCausalLM. */
import { z } from "zod";
import { parseFields } from "./configFields.ts";
import type { DecoderConfig } from "./decoderConfig.ts";
import { headsFit, rotaryDecoder, rotaryDecoderFields } from "./rotaryDecoder.ts";

const llamaJson = rotaryDecoderFields
  .extend({
    model_type: z.literal("llama"),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
  })
  .check(headsFit);

/** @throws {UnsupportedModelError} naming the first field that is missing or not supported. */
export function parseLlamaConfig(json: unknown): DecoderConfig {
  const found = parseFields(llamaJson, json);
  const { attention_bias: attention, mlp_bias: feedForward } = found;
  return rotaryDecoder(found, {
    biases: { queryKeyValue: attention, attentionOutput: attention, feedForward },
    queryKeyNorm: false,
  });
}
