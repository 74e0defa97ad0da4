/**
 * The BERT family (Devlin et al. 2018, arXiv:1810.04805; also MiniLM, bge, e5, BioBERT) and RoBERTa (Liu et al. 2019,
 * arXiv:1907.11692; also XLM-RoBERTa): config.json of Hugging Face's BertModel and RobertaModel. Post-norm layers with exact GELU.
 */
import { z } from "zod";
import type { LinearModule } from "../adapters/adapterConfig.ts";
import {
  PLAIN_SENTENCES,
  SENTENCE_FIELD,
  type SentenceSettings,
  sentenceModelType,
  sentenceSettings,
} from "../checkpoints/sentenceSettings.ts";
import { layerCount, parseFields, size } from "./configFields.ts";

const bertJson = z
  .object({
    model_type: sentenceModelType,
    vocab_size: size,
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: layerCount,
    num_attention_heads: size,
    hidden_act: z.literal("gelu").default("gelu"),
    layer_norm_eps: z.number().positive().max(1).default(1e-12),
    max_position_embeddings: size.default(512),
    type_vocab_size: size.default(2),
    pad_token_id: z.number().int().min(0).nullish(),
    position_embedding_type: z.literal("absolute").default("absolute"),
    is_decoder: z.literal(false).default(false),
    add_cross_attention: z.literal(false).default(false),
    /** Weights in a packed format of their own would be read as something else. */
    quantization_config: z.null().optional(),
    [SENTENCE_FIELD]: sentenceSettings.default(PLAIN_SENTENCES),
  })
  .refine((json) => json.hidden_size % json.num_attention_heads === 0, { path: ["num_attention_heads"] })
  .refine((json) => firstPosition(json) < json.max_position_embeddings, { path: ["max_position_embeddings"] });

export interface BertConfig extends Pick<SentenceSettings, "pooling" | "prompt"> {
  readonly vocabulary: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly layerNormEpsilon: number;
  /** Rows of the table of learned positions. */
  readonly positions: number;
  /** Row of a text's first token: RoBERTa begins after the padding's. */
  readonly firstPosition: number;
  /** Kinds of tokens the model tells apart; a text by itself is of the first. */
  readonly tokenTypes: number;
  /** Tokens read of one text, with the pieces around it; the rest is cut. */
  readonly maxTokens: number;
}

/** @throws {UnsupportedModelError} naming the first field that is missing or not supported. */
export function parseBertConfig(json: unknown): BertConfig {
  const found = parseFields(bertJson, json);
  const { pooling, maxTokens, prompt } = found[SENTENCE_FIELD];
  const first = firstPosition(found);
  const readable = found.max_position_embeddings - first;
  return {
    vocabulary: found.vocab_size,
    hiddenSize: found.hidden_size,
    intermediateSize: found.intermediate_size,
    layers: found.num_hidden_layers,
    heads: found.num_attention_heads,
    layerNormEpsilon: found.layer_norm_eps,
    positions: found.max_position_embeddings,
    firstPosition: first,
    tokenTypes: found.type_vocab_size,
    maxTokens: Math.min(readable, maxTokens ?? readable),
    pooling,
    prompt,
  };
}

/** padding_idx + 1, as create_position_ids_from_input_ids of transformers' RoBERTa. */
function firstPosition({ model_type, pad_token_id }: { model_type: string; pad_token_id?: number | null | undefined }): number {
  return model_type === "bert" ? 0 : (pad_token_id ?? 1) + 1;
}

/** Linear modules in the order of the forward pass, by their names in BertModel, each with a bias. Its pooler is not read. */
export function bertLinears({ hiddenSize, intermediateSize, layers }: BertConfig): readonly LinearModule[] {
  const linear = (name: string, inFeatures: number, outFeatures: number) => ({ name, inFeatures, outFeatures });
  return Array.from({ length: layers }, (_, index) => {
    const layer = bertLayer(index);
    return [
      linear(`${layer}.attention.self.query`, hiddenSize, hiddenSize),
      linear(`${layer}.attention.self.key`, hiddenSize, hiddenSize),
      linear(`${layer}.attention.self.value`, hiddenSize, hiddenSize),
      linear(`${layer}.attention.output.dense`, hiddenSize, hiddenSize),
      linear(`${layer}.intermediate.dense`, hiddenSize, intermediateSize),
      linear(`${layer}.output.dense`, intermediateSize, hiddenSize),
    ];
  }).flat();
}

/** What BertModel puts on the first token's hidden state; sentence vectors are made without it. */
export function bertPooler({ hiddenSize }: BertConfig): LinearModule {
  return { name: "pooler.dense", inFeatures: hiddenSize, outFeatures: hiddenSize };
}

/** What the names of a layer's tensors begin with. */
export const bertLayer = (index: number): string => `encoder.layer.${index}`;

/** Norms by the prefix of their tensors, each as wide as the hidden states. */
export function bertNorms({ layers }: BertConfig): readonly string[] {
  const ofLayers = Array.from({ length: layers }, (_, index) => [
    `${bertLayer(index)}.attention.output.LayerNorm`,
    `${bertLayer(index)}.output.LayerNorm`,
  ]);
  return ["embeddings.LayerNorm", ...ofLayers.flat()];
}

/** The three tables of embeddings, by the prefix of their tensors. */
export const BERT_TABLES = {
  words: "embeddings.word_embeddings",
  positions: "embeddings.position_embeddings",
  types: "embeddings.token_type_embeddings",
} as const;

/** Trained parameters that are read: the embeddings, linear modules with their biases, scale and shift of the norms. */
export function bertParameters(config: BertConfig): number {
  const linears = bertLinears(config).reduce((sum, { inFeatures, outFeatures }) => sum + (inFeatures + 1) * outFeatures, 0);
  const rows = config.vocabulary + config.positions + config.tokenTypes;
  return rows * config.hiddenSize + linears + 2 * bertNorms(config).length * config.hiddenSize;
}
