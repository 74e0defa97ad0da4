/** What the config.json of the Llama family and of its relatives, Qwen2 and Qwen3, have in common. */
import { z } from "zod";
import { decoderFields, layerCount, size, specialTokens } from "./configFields.ts";
import type { DecoderConfig } from "./decoderConfig.ts";
import { ropeFields, rotaryFrequencies } from "./rotaryFrequencies.ts";

/** Fields that this implementation reads, with the defaults of transformers. */
export const rotaryDecoderFields = decoderFields.extend({
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: layerCount,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  hidden_act: z.literal("silu").default("silu"),
  max_position_embeddings: size.default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeFields.nullish(),
  /** transformers 5 writes this in place of the two above. */
  rope_parameters: ropeFields.nullish(),
  partial_rotary_factor: z.literal(1).optional(),
  tie_word_embeddings: z.boolean().default(false),
});
type RotaryDecoderFields = z.output<typeof rotaryDecoderFields>;

/** Fields of models that may let some layers see the last tokens only, which is not implemented. */
export const wholeAttentionFields = {
  use_sliding_window: z.literal(false).default(false),
  layer_types: z.array(z.literal("full_attention")).nullish(),
};

/** For `schema.check`: the widths of the heads fit each other. */
export const headsFit = z.superRefine((json: RotaryDecoderFields, context) => {
  const { num_attention_heads: heads, hidden_size: width } = json;
  const refuse = (field: string) => context.addIssue({ code: "custom", path: [field] });
  if (heads % (json.num_key_value_heads ?? heads) !== 0) refuse("num_key_value_heads");
  else if (!json.head_dim && width % heads !== 0) refuse("num_attention_heads");
  else if ((json.head_dim ?? width / heads) % 2 !== 0) refuse("head_dim");
});

/** Where a family differs from the others. */
interface FamilyTraits {
  readonly biases: DecoderConfig["biases"];
  readonly queryKeyNorm: boolean;
}

/** @throws {UnsupportedModelError} on a scaling of positions with parts missing. */
export function rotaryDecoder(found: RotaryDecoderFields, { biases, queryKeyNorm }: FamilyTraits): DecoderConfig {
  const heads = found.num_attention_heads;
  const headWidth = found.head_dim ?? found.hidden_size / heads;
  const theta = found.rope_theta ?? found.rope_parameters?.rope_theta ?? 10_000;
  const field = found.rope_parameters ? "rope_parameters" : "rope_scaling";
  const fields = found[field];
  return {
    vocabSize: found.vocab_size,
    hiddenSize: found.hidden_size,
    intermediateSize: found.intermediate_size,
    layers: found.num_hidden_layers,
    heads,
    keyValueHeads: found.num_key_value_heads ?? heads,
    headWidth,
    maxPositions: found.max_position_embeddings,
    norm: "rms",
    normEps: found.rms_norm_eps,
    rotaryFrequencies: rotaryFrequencies({ headWidth, theta, scaling: fields ? { field, fields } : null }),
    biases,
    tiedHead: found.tie_word_embeddings,
    weightsInOut: false,
    names: {
      embedding: "model.embed_tokens",
      positions: null,
      layers: "model.layers",
      attentionNorm: "input_layernorm",
      queryKeyValue: { q: "self_attn.q_proj", k: "self_attn.k_proj", v: "self_attn.v_proj" },
      queryKeyNorm: queryKeyNorm ? { q: "self_attn.q_norm", k: "self_attn.k_norm" } : null,
      attentionOutput: "self_attn.o_proj",
      feedForwardNorm: "post_attention_layernorm",
      gate: "mlp.gate_proj",
      up: "mlp.up_proj",
      down: "mlp.down_proj",
      finalNorm: "model.norm",
      head: "lm_head",
    },
    ...specialTokens(found),
  };
}
