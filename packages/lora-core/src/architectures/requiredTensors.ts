/** Which tensors a checkpoint of an architecture must have. */
import { type DecoderConfig, decoderLinears, decoderNorms } from "./decoderConfig.ts";
import { type EncoderConfig, encoderLinears, layerWidth } from "./encoderConfig.ts";
import type { Architecture } from "./modelConfig.ts";

export interface RequiredTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** All that are read; a checkpoint may have more. */
export function requiredTensors(architecture: Architecture): readonly RequiredTensor[] {
  return architecture.family === "encoder" ? encoderTensors(architecture.config) : decoderTensors(architecture.config);
}

/** Checkpoints saved without their head, as gpt2's on the hub, leave out the first part of every name ("transformer."). */
export function findTensor<Tensor>(checkpoint: ReadonlyMap<string, Tensor>, name: string): Tensor | undefined {
  return checkpoint.get(name) ?? checkpoint.get(name.slice(name.indexOf(".") + 1));
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
