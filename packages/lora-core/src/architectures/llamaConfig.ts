/** The Llama family: config.json of Hugging Face's LlamaForCausalLM, and the linear modules and parameters it implies. */
import { z } from "zod";
import type { LinearModule } from "../adapters/adapterConfig.ts";
import { UnsupportedModelError } from "./unsupportedModel.ts";

export interface LlamaConfig {
  readonly vocabSize: number;
  /** D */
  readonly hiddenSize: number;
  /** F, inner width of the feed-forward layer. */
  readonly intermediateSize: number;
  readonly layers: number;
  /** H */
  readonly heads: number;
  /** Hkv, divides H. */
  readonly keyValueHeads: number;
  /** Dh */
  readonly headWidth: number;
  readonly maxPositions: number;
  readonly normEps: number;
  readonly ropeTheta: number;
  /** The output head shares the embedding's weight. */
  readonly tiedHead: boolean;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly bosToken: number | null;
  /** Ends a generated text; the first where there are several. */
  readonly eosToken: number;
}

const size = z.number().int().min(1).max(1_000_000);
const token = z.number().int().min(0);

const ropeParameters = z.object({
  rope_type: z.literal("default").optional(),
  rope_theta: z.number().positive().optional(),
});

/** Fields that this implementation reads, with the defaults of transformers; all others may have any value. */
const llamaJson = z
  .object({
    model_type: z.literal("llama"),
    vocab_size: size,
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    num_key_value_heads: size.nullish(),
    head_dim: size.nullish(),
    hidden_act: z.literal("silu").default("silu"),
    max_position_embeddings: size.default(2048),
    rms_norm_eps: z.number().positive().default(1e-6),
    rope_theta: z.number().positive().optional(),
    rope_scaling: z.null().optional(),
    /** transformers 5 writes this in place of the two above. */
    rope_parameters: ropeParameters.nullish(),
    tie_word_embeddings: z.boolean().default(false),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
    bos_token_id: token.nullish(),
    eos_token_id: z.union([token, z.array(token).min(1)]),
  })
  .refine((json) => json.num_attention_heads % (json.num_key_value_heads ?? 1) === 0, { path: ["num_key_value_heads"] })
  .refine((json) => json.head_dim || json.hidden_size % json.num_attention_heads === 0, { path: ["num_attention_heads"] })
  .refine((json) => (json.head_dim ?? json.hidden_size / json.num_attention_heads) % 2 === 0, { path: ["head_dim"] });

/** @throws {UnsupportedModelError} naming the first field that is missing or not supported. */
export function parseLlamaConfig(json: unknown): LlamaConfig {
  const parsed = llamaJson.safeParse(json);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path ?? [];
    throw new UnsupportedModelError(path.join("."), JSON.stringify(valueAt(json, path)) ?? "nothing");
  }
  const found = parsed.data;
  const heads = found.num_attention_heads;
  return {
    vocabSize: found.vocab_size,
    hiddenSize: found.hidden_size,
    intermediateSize: found.intermediate_size,
    layers: found.num_hidden_layers,
    heads,
    keyValueHeads: found.num_key_value_heads ?? heads,
    headWidth: found.head_dim ?? found.hidden_size / heads,
    maxPositions: found.max_position_embeddings,
    normEps: found.rms_norm_eps,
    ropeTheta: found.rope_theta ?? found.rope_parameters?.rope_theta ?? 10_000,
    tiedHead: found.tie_word_embeddings,
    attentionBias: found.attention_bias,
    mlpBias: found.mlp_bias,
    bosToken: found.bos_token_id ?? null,
    eosToken: Array.isArray(found.eos_token_id) ? (found.eos_token_id[0] ?? 0) : found.eos_token_id,
  };
}

/** The linear modules by their names in the checkpoint, in the order of the forward pass. */
export function llamaLinears(config: LlamaConfig): readonly LinearModule[] {
  const { hiddenSize: width, intermediateSize: inner } = config;
  const queryWidth = config.heads * config.headWidth;
  const keyWidth = config.keyValueHeads * config.headWidth;
  return Array.from({ length: config.layers }, (_, layer) => `model.layers.${layer}`).flatMap((layer) => [
    { name: `${layer}.self_attn.q_proj`, inFeatures: width, outFeatures: queryWidth },
    { name: `${layer}.self_attn.k_proj`, inFeatures: width, outFeatures: keyWidth },
    { name: `${layer}.self_attn.v_proj`, inFeatures: width, outFeatures: keyWidth },
    { name: `${layer}.self_attn.o_proj`, inFeatures: queryWidth, outFeatures: width },
    { name: `${layer}.mlp.gate_proj`, inFeatures: width, outFeatures: inner },
    { name: `${layer}.mlp.up_proj`, inFeatures: width, outFeatures: inner },
    { name: `${layer}.mlp.down_proj`, inFeatures: inner, outFeatures: width },
  ]);
}

/** Whether a linear module of this config has a bias, by its name. */
export function llamaHasBias(config: LlamaConfig, name: string): boolean {
  return name.includes(".self_attn.") ? config.attentionBias : config.mlpBias;
}

/** Parameters of the frozen base; a tied head counts once. */
export function llamaParameters(config: LlamaConfig): number {
  const linears = llamaLinears(config).map(
    ({ name, inFeatures, outFeatures }) => outFeatures * (inFeatures + (llamaHasBias(config, name) ? 1 : 0)),
  );
  const embeddings = config.vocabSize * config.hiddenSize * (config.tiedHead ? 1 : 2);
  const norms = (2 * config.layers + 1) * config.hiddenSize;
  return embeddings + norms + linears.reduce((sum, count) => sum + count, 0);
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    json,
  );
}
