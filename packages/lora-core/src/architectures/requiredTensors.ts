/** Which tensors a checkpoint of an architecture must have. */
import { BERT_TABLES, type BertConfig, bertLinears, bertNorms } from "./bertConfig.ts";
import { type DecoderConfig, decoderLinears, decoderNorms } from "./decoderConfig.ts";
import { type EncoderConfig, encoderLinears, layerWidth } from "./encoderConfig.ts";
import type { Architecture } from "./modelConfig.ts";

export interface RequiredTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** All that are read; a checkpoint may have more. */
export function requiredTensors(architecture: Architecture): readonly RequiredTensor[] {
  switch (architecture.kind) {
    case "use-lite":
      return encoderTensors(architecture.config);
    case "bert":
      return bertTensors(architecture.config);
    case "decoder":
      return decoderTensors(architecture.config);
  }
}

/**
 * Checkpoints saved without their head, as gpt2's on the hub, leave out the first part of every name ("transformer."); those of BERT
 * saved with one have a part more ("bert."), and the oldest call a norm's scale and shift gamma and beta.
 */
export function findTensor<Tensor>(checkpoint: ReadonlyMap<string, Tensor>, name: string): Tensor | undefined {
  const oldName = name.replace(/LayerNorm\.weight$/, "LayerNorm.gamma").replace(/LayerNorm\.bias$/, "LayerNorm.beta");
  const written = [
    name,
    name.slice(name.indexOf(".") + 1),
    ...[name, oldName].flatMap((end) => [`bert.${end}`, `roberta.${end}`, end]),
  ];
  const found = written.find((candidate) => checkpoint.has(candidate));
  return found === undefined ? undefined : checkpoint.get(found);
}

function decoderTensors(config: DecoderConfig): readonly RequiredTensor[] {
  const { names, vocabSize, hiddenSize } = config;
  const wide = { name: `${names.embedding}.weight`, shape: [vocabSize, hiddenSize] };
  const positions =
    names.positions === null ? null : { name: `${names.positions}.weight`, shape: [config.maxPositions, hiddenSize] };
  const head = config.tiedHead ? null : { ...wide, name: `${names.head}.weight` };
  const linears = decoderLinears(config).flatMap(({ name, inFeatures, outFeatures, hasBias }) => [
    { name: `${name}.weight`, shape: config.weightsInOut ? [inFeatures, outFeatures] : [outFeatures, inFeatures] },
    hasBias ? { name: `${name}.bias`, shape: [outFeatures] } : null,
  ]);
  const norms = decoderNorms(config).flatMap(({ name, width }) => [
    { name: `${name}.weight`, shape: [width] },
    config.norm === "layer" ? { name: `${name}.bias`, shape: [width] } : null,
  ]);
  return [wide, positions, ...linears, ...norms, head].filter((tensor) => tensor !== null);
}

function bertTensors(config: BertConfig): readonly RequiredTensor[] {
  const { vocabulary, positions, tokenTypes, hiddenSize } = config;
  return [
    { name: `${BERT_TABLES.words}.weight`, shape: [vocabulary, hiddenSize] },
    { name: `${BERT_TABLES.positions}.weight`, shape: [positions, hiddenSize] },
    { name: `${BERT_TABLES.types}.weight`, shape: [tokenTypes, hiddenSize] },
    ...bertLinears(config).flatMap(({ name, inFeatures, outFeatures }) => [
      { name: `${name}.weight`, shape: [outFeatures, inFeatures] },
      { name: `${name}.bias`, shape: [outFeatures] },
    ]),
    ...bertNorms(config).flatMap((name) => [
      { name: `${name}.weight`, shape: [hiddenSize] },
      { name: `${name}.bias`, shape: [hiddenSize] },
    ]),
  ];
}

function encoderTensors(config: EncoderConfig): readonly RequiredTensor[] {
  const { vocabulary, embeddingSize, hiddenSize, layers } = config;
  const linears = encoderLinears(config).flatMap(({ name, inFeatures, outFeatures }) => [
    { name: `${name}.weight`, shape: [outFeatures, inFeatures] },
    { name: `${name}.bias`, shape: [outFeatures] },
  ]);
  const norms = Array.from({ length: layers }, (_, index) => [
    { name: `layers.${index}.attention.norm`, width: layerWidth(config, index) },
    { name: `layers.${index}.mlp.norm`, width: hiddenSize },
  ]).flatMap((pair) =>
    pair.flatMap(({ name, width }) => [
      { name: `${name}.weight`, shape: [width] },
      { name: `${name}.bias`, shape: [width] },
    ]),
  );
  return [
    { name: "embeddings.weight", shape: [vocabulary, embeddingSize] },
    { name: "position.frequencies", shape: [embeddingSize / 2] },
    ...linears,
    ...norms,
  ];
}
