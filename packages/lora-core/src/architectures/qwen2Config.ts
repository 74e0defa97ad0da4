/** The Qwen2 family (also Qwen2.5): config.json of Hugging Face's Qwen2ForCausalLM. Llama with biases on q, k and v. */
import { z } from "zod";
import { parseFields, size } from "./configFields.ts";
import type { DecoderConfig } from "./decoderConfig.ts";
import { headsFit, rotaryDecoder, rotaryDecoderFields, wholeAttentionFields } from "./rotaryDecoder.ts";

const qwen2Json = rotaryDecoderFields
  .extend({
    model_type: z.literal("qwen2"),
    max_position_embeddings: size.default(32_768),
    ...wholeAttentionFields,
  })
  .check(headsFit);

/** @throws {UnsupportedModelError} naming the first field that is missing or not supported. */
export function parseQwen2Config(json: unknown): DecoderConfig {
  return rotaryDecoder(parseFields(qwen2Json, json), {
    biases: { queryKeyValue: true, attentionOutput: false, feedForward: false },
    queryKeyNorm: false,
  });
}
