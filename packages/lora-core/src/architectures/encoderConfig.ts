/**
 * config.json of the encoder family, `model_type` "use-lite": Universal Sentence Encoder lite (Cer et al. 2018, arXiv:1803.11175).
 * A pre-norm transformer whose first layer works at the embeddings' width and widens its output to the hidden size.
 */
import { z } from "zod";
import type { LinearModule } from "../adapters/adapterConfig.ts";
import { parseFields, size } from "./configFields.ts";

const schema = z
  .object({
    model_type: z.literal("use-lite"),
    vocab_size: size,
    embedding_size: size.multipleOf(2),
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: size.max(64),
    num_attention_heads: size,
    hidden_act: z.literal("relu"),
    layer_norm_eps: z.number().positive().max(1),
    max_position_embeddings: size.max(4096),
    unk_token_id: z.number().int().min(0),
  })
  .refine((config) => config.embedding_size % config.num_attention_heads === 0, { path: ["embedding_size"] })
  .refine((config) => config.hidden_size % config.num_attention_heads === 0, { path: ["hidden_size"] })
  .refine((config) => config.unk_token_id < config.vocab_size, { path: ["unk_token_id"] });

export interface EncoderConfig {
  readonly vocabulary: number;
  /** Width of the embeddings and of the first layer's attention. */
  readonly embeddingSize: number;
  /** Width of everything after the first attention. */
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly layerNormEpsilon: number;
  /** Tokens read of one text; the rest is cut. */
  readonly maxTokens: number;
  /** What a text without any piece of the vocabulary is read as. */
  readonly unknownToken: number;
}

/** @throws {UnsupportedModelError} naming the field that is missing or not supported. */
export function parseEncoderConfig(json: unknown): EncoderConfig {
  const config = parseFields(schema, json);
  return {
    vocabulary: config.vocab_size,
    embeddingSize: config.embedding_size,
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    layerNormEpsilon: config.layer_norm_eps,
    maxTokens: config.max_position_embeddings,
    unknownToken: config.unk_token_id,
  };
}

/** Width at which layer `index` reads and attends. */
export function layerWidth(config: EncoderConfig, index: number): number {
  return index === 0 ? config.embeddingSize : config.hiddenSize;
}

/** Linear modules in the order of the forward pass, each with a bias. A layer has a `residual` only where the width changes. */
export function encoderLinears(config: EncoderConfig): readonly LinearModule[] {
  const { hiddenSize, intermediateSize } = config;
  const linear = (name: string, inFeatures: number, outFeatures: number) => ({ name, inFeatures, outFeatures });
  const layers = Array.from({ length: config.layers }, (_, index) => {
    const width = layerWidth(config, index);
    const layer = `layers.${index}`;
    return [
      linear(`${layer}.attention.qkv`, width, 3 * width),
      linear(`${layer}.attention.output`, width, hiddenSize),
      ...(width === hiddenSize ? [] : [linear(`${layer}.residual`, width, hiddenSize)]),
      linear(`${layer}.mlp.up`, hiddenSize, intermediateSize),
      linear(`${layer}.mlp.down`, intermediateSize, hiddenSize),
    ];
  });
  return [...layers.flat(), linear("pooler", hiddenSize, hiddenSize)];
}

/** Trained parameters: embeddings, linear modules with their biases, scale and shift of the norms. */
export function encoderParameters(config: EncoderConfig): number {
  const linears = encoderLinears(config).reduce((sum, { inFeatures, outFeatures }) => sum + (inFeatures + 1) * outFeatures, 0);
  let norms = 0;
  for (let index = 0; index < config.layers; index++) norms += 2 * (layerWidth(config, index) + config.hiddenSize);
  return config.vocabulary * config.embeddingSize + linears + norms;
}
