/** A small encoder with seeded random weights and a tokenizer of ten pieces, for tests that want shapes rather than meaning. */
import { type EncoderConfig, encoderLinears, layerWidth } from "@duet/lora-core/architectures/encoderConfig";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { normal, random } from "@duet/lora-core/tensors/random";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import type { ModelFiles } from "../modelFiles.ts";

export const smallConfig: EncoderConfig = {
  vocabulary: 11,
  embeddingSize: 8,
  hiddenSize: 12,
  intermediateSize: 20,
  layers: 2,
  heads: 2,
  layerNormEpsilon: 1e-6,
  maxTokens: 24,
  unknownToken: 0,
};

/** tokenizer.json: reads "abc abd" as ▁ a b c ▁ a b d; other letters are unknown. */
export const smallTokenizerFile = {
  normalizer: null,
  pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: false },
  decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: false },
  model: { type: "Unigram", unk_id: 0, vocab: [..."�▁abcdefgh"].map((piece, id) => [piece, -id]) },
};

export const smallTokenizer = createTextTokenizer(smallTokenizerFile);

/** Normal draws of a standard deviation under which activations stay near 1. */
export function randomTensor(shape: readonly number[], label: string, { deviation = 0.4, mean = 0 } = {}): HostTensor {
  const uniform = random(11, label);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => mean + deviation * normal(uniform)) };
}

/** Every tensor that a checkpoint of this config has. */
export function randomCheckpoint(config: EncoderConfig): NamedTensors {
  const tensors = new Map<string, HostTensor>();
  const add = (name: string, shape: readonly number[], options?: { mean: number }) =>
    tensors.set(name, randomTensor(shape, name, options));
  add("embeddings.weight", [config.vocabulary, config.embeddingSize]);
  add("position.frequencies", [config.embeddingSize / 2]);
  for (let index = 0; index < config.layers; index++) {
    for (const [part, width] of [
      ["attention", layerWidth(config, index)],
      ["mlp", config.hiddenSize],
    ] as const) {
      add(`layers.${index}.${part}.norm.weight`, [width], { mean: 1 });
      add(`layers.${index}.${part}.norm.bias`, [width]);
    }
  }
  for (const { name, inFeatures, outFeatures } of encoderLinears(config)) {
    add(`${name}.weight`, [outFeatures, inFeatures]);
    add(`${name}.bias`, [outFeatures]);
  }
  return tensors;
}

/** {@link smallConfig} with random weights as the files of a model. */
export const smallEncoderFiles = (): ModelFiles => ({
  config: {
    architectures: ["UniversalSentenceEncoderLite"],
    model_type: "use-lite",
    vocab_size: smallConfig.vocabulary,
    embedding_size: smallConfig.embeddingSize,
    hidden_size: smallConfig.hiddenSize,
    intermediate_size: smallConfig.intermediateSize,
    num_hidden_layers: smallConfig.layers,
    num_attention_heads: smallConfig.heads,
    hidden_act: "relu",
    layer_norm_eps: smallConfig.layerNormEpsilon,
    max_position_embeddings: smallConfig.maxTokens,
    unk_token_id: smallConfig.unknownToken,
  },
  tokenizer: smallTokenizerFile,
  chat: null,
  stopTokens: [],
  weights: randomCheckpoint(smallConfig),
});
