/** The Qwen3 family: config.json of Hugging Face's Qwen3ForCausalLM. Llama with norms on every head of q and k. */
import { z } from "zod";
import { parseFields, size } from "./configFields.ts";
import type { DecoderConfig } from "./decoderConfig.ts";
import { headsFit, rotaryDecoder, rotaryDecoderFields, wholeAttentionFields } from "./rotaryDecoder.ts";

const qwen3Json = rotaryDecoderFields
  .extend({
    model_type: z.literal("qwen3"),
    head_dim: size.default(128),
    max_position_embeddings: size.default(32_768),
    attention_bias: z.boolean().default(false),
    ...wholeAttentionFields,
  })
  .check(headsFit);

/** @throws {UnsupportedModelError} naming the first field that is missing or not supported. */
export function parseQwen3Config(json: unknown): DecoderConfig {
  const found = parseFields(qwen3Json, json);
  const attention = found.attention_bias;
  return rotaryDecoder(found, {
    biases: { queryKeyValue: attention, attentionOutput: attention, feedForward: false },
    queryKeyNorm: true,
  });
}
