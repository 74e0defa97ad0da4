/** The GPT-2 family: config.json of Hugging Face's GPT2LMHeadModel. Layer norms, learned positions, and weights stored as [in, out]. */
import { z } from "zod";
import { decoderFields, layerCount, parseFields, size, specialTokens } from "./configFields.ts";
import type { DecoderConfig, DecoderNames } from "./decoderConfig.ts";

const gpt2Json = decoderFields
  .extend({
    model_type: z.literal("gpt2"),
    n_embd: size,
    n_layer: layerCount,
    n_head: size,
    n_positions: size.default(1024),
    n_inner: size.nullish(),
    activation_function: z.literal("gelu_new").default("gelu_new"),
    layer_norm_epsilon: z.number().positive().default(1e-5),
    scale_attn_weights: z.literal(true).default(true),
    scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
    add_cross_attention: z.literal(false).default(false),
    tie_word_embeddings: z.boolean().default(true),
  })
  .refine((json) => json.n_embd % json.n_head === 0, { path: ["n_head"] });

const names: DecoderNames = {
  embedding: "transformer.wte",
  positions: "transformer.wpe",
  layers: "transformer.h",
  attentionNorm: "ln_1",
  queryKeyValue: { joint: "attn.c_attn" },
  queryKeyNorm: null,
  attentionOutput: "attn.c_proj",
  feedForwardNorm: "ln_2",
  gate: null,
  up: "mlp.c_fc",
  down: "mlp.c_proj",
  finalNorm: "transformer.ln_f",
  head: "lm_head",
};

/** @throws {UnsupportedModelError} naming the first field that is missing or not supported. */
export function parseGpt2Config(json: unknown): DecoderConfig {
  const found = parseFields(gpt2Json, json);
  return {
    vocabSize: found.vocab_size,
    hiddenSize: found.n_embd,
    intermediateSize: found.n_inner ?? 4 * found.n_embd,
    layers: found.n_layer,
    heads: found.n_head,
    keyValueHeads: found.n_head,
    headWidth: found.n_embd / found.n_head,
    maxPositions: found.n_positions,
    norm: "layer",
    normEps: found.layer_norm_epsilon,
    rotaryFrequencies: null,
    biases: { queryKeyValue: true, attentionOutput: true, feedForward: true },
    tiedHead: found.tie_word_embeddings,
    weightsInOut: true,
    names,
    ...specialTokens(found),
  };
}
