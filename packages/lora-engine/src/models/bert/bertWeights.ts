/** The frozen weights of a BERT model on the backend. */

import { BERT_TABLES, type BertConfig, bertLinears, bertNorms } from "@duet/lora-core/architectures/bertConfig";
import { findTensor } from "@duet/lora-core/architectures/requiredTensors";
import { workError } from "@duet/lora-core/errors/workError";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { disposeFrozenLinear, type FrozenLinear, frozenLinear } from "../../ops/frozenLinear.ts";
import {
  disposeFrozenMatrix,
  type FrozenMatrix,
  frozenMatrix,
  type WeightPrecision,
} from "../../ops/frozenMatrix/frozenMatrix.ts";
import type { LayerNormWeights } from "../../ops/layerNorm/layerNormKernel.ts";

/** Owned by whoever loaded them. */
export interface BertWeights {
  /** [V, D] */
  readonly words: FrozenMatrix;
  /** What is added to a token's embedding by its place in the text, [positions, D]: that of its position and of the first token type. */
  readonly places: tf.Tensor2D;
  /** By the names of bertLinears. */
  readonly linears: ReadonlyMap<string, FrozenLinear>;
  /** By the names of bertNorms. */
  readonly norms: ReadonlyMap<string, LayerNormWeights>;
}

/** Copies a checkpoint's tensors to the backend. @throws {DuetError} naming a tensor that is missing or has another shape. */
export function loadBertWeights(config: BertConfig, checkpoint: NamedTensors, precision: WeightPrecision = "exact"): BertWeights {
  const { hiddenSize, vocabulary, positions, tokenTypes } = config;
  const host = (name: string, shape: readonly number[]): HostTensor => {
    const tensor = findTensor(checkpoint, name);
    if (!tensor) throw workError("SAFETENSORS", ["checkpointLacks", name]);
    if (tensor.shape.join() !== shape.join()) {
      throw workError("SAFETENSORS", ["checkpointShape", name, String(tensor.shape), String(shape)]);
    }
    return tensor;
  };
  const vector = (name: string, size: number) => tf.tensor1d(host(name, [size]).data, "float32");
  const linear = ({ name, inFeatures, outFeatures }: ReturnType<typeof bertLinears>[number]): [string, FrozenLinear] => [
    name,
    frozenLinear(host(`${name}.weight`, [outFeatures, inFeatures]), {
      bias: vector(`${name}.bias`, outFeatures),
      stored: "out-in",
      precision,
    }),
  ];
  const norm = (name: string): [string, LayerNormWeights] => [
    name,
    { weight: vector(`${name}.weight`, hiddenSize), bias: vector(`${name}.bias`, hiddenSize) },
  ];
  const firstType = host(`${BERT_TABLES.types}.weight`, [tokenTypes, hiddenSize]).data.subarray(0, hiddenSize);
  const byPosition = host(`${BERT_TABLES.positions}.weight`, [positions, hiddenSize]);
  const places = byPosition.data.map((value, i) => value + (firstType[i % hiddenSize] ?? 0));
  return {
    words: frozenMatrix(host(`${BERT_TABLES.words}.weight`, [vocabulary, hiddenSize]), precision),
    places: tf.tensor2d(places, [positions, hiddenSize]),
    linears: new Map(bertLinears(config).map(linear)),
    norms: new Map(bertNorms(config).map(norm)),
  };
}

/** Frees everything. */
export function disposeBertWeights(weights: BertWeights): void {
  disposeFrozenMatrix(weights.words);
  weights.places.dispose();
  weights.linears.forEach(disposeFrozenLinear);
  for (const { weight, bias } of weights.norms.values()) tf.dispose([weight, bias]);
}
