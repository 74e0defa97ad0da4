/** The frozen weights of a decoder's checkpoint on the backend, linear layers as the backend's kernels want them. */

import { type DecoderConfig, decoderLinears, decoderNorms, layerName } from "@duet/lora-core/architectures/decoderConfig";
import { findTensor } from "@duet/lora-core/architectures/requiredTensors";
import { workError } from "@duet/lora-core/errors/workError";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { disposeFrozenLinear, type FrozenLinear, frozenLinear, linearOver } from "../../ops/frozenLinear.ts";
import {
  disposeFrozenMatrix,
  type FrozenMatrix,
  frozenMatrix,
  matrixOnBackend,
  type WeightPrecision,
} from "../../ops/frozenMatrix/frozenMatrix.ts";
import { stackedWeights } from "../../ops/jointLinear/stackedWeights.ts";

export interface NormWeights {
  /** [width] */
  readonly weight: tf.Tensor1D;
  /** [width]; null for a root-mean-square norm. */
  readonly bias: tf.Tensor1D | null;
}

export interface DecoderWeights {
  readonly config: DecoderConfig;
  /** [V, D] */
  readonly embedding: FrozenMatrix;
  /** Learned positions [maxPositions, D]; null with rotary ones. */
  readonly positions: tf.Tensor2D | null;
  /** By module name, as in `decoderLinears`. */
  readonly linears: ReadonlyMap<string, FrozenLinear>;
  /** By module name, as in `decoderNorms`. */
  readonly norms: ReadonlyMap<string, NormWeights>;
  /** V x D output head; a tied one shares `embedding`. */
  readonly head: FrozenLinear;
}

/** Copies the checkpoint to the backend. The caller frees it with {@link disposeDecoderWeights}. @throws {RangeError} on a missing or misshapen tensor. */
export function loadDecoderWeights(
  config: DecoderConfig,
  checkpoint: NamedTensors,
  precision: WeightPrecision = "exact",
): DecoderWeights {
  const { names, hiddenSize } = config;
  const vector = (name: string, size: number) => tf.tensor1d(tensorOf(checkpoint, name, [size]).data);
  const matrix = (name: string, shape: [number, number]) => tensorOf(checkpoint, `${name}.weight`, shape);
  const wide = (name: string) => frozenMatrix(matrix(name, [config.vocabSize, hiddenSize]), precision);
  const embedding = wide(names.embedding);
  const linears = decoderLinears(config).map(({ name, inFeatures, outFeatures, hasBias }): [string, FrozenLinear] => {
    const bias = hasBias ? vector(`${name}.bias`, outFeatures) : null;
    const shape: [number, number] = config.weightsInOut ? [inFeatures, outFeatures] : [outFeatures, inFeatures];
    const stored = config.weightsInOut ? "in-out" : "out-in";
    return [name, frozenLinear(matrix(name, shape), { bias, stored, precision })];
  });
  const norms = decoderNorms(config).map(({ name, width }): [string, NormWeights] => [
    name,
    { weight: vector(`${name}.weight`, width), bias: config.norm === "layer" ? vector(`${name}.bias`, width) : null },
  ]);
  return {
    config,
    embedding,
    positions: names.positions ? matrixOnBackend(matrix(names.positions, [config.maxPositions, hiddenSize])) : null,
    linears: stackedAlike(config, new Map(linears)),
    norms: new Map(norms),
    head: linearOver(config.tiedHead ? embedding : wide(names.head)),
  };
}

/** Modules that read the same input in one matrix, where the backend gains by it. */
function stackedAlike(config: DecoderConfig, linears: ReadonlyMap<string, FrozenLinear>): ReadonlyMap<string, FrozenLinear> {
  const { queryKeyValue: qkv, gate, up } = config.names;
  const groups = [...("joint" in qkv ? [] : [[qkv.q, qkv.k, qkv.v]]), ...(gate ? [[gate, up]] : [])];
  const found = new Map(linears);
  for (let index = 0; index < config.layers; index++) {
    for (const group of groups) {
      const names = group.map((name) => `${layerName(config, index)}.${name}`);
      const stacked = stackedWeights(names.flatMap((name) => linears.get(name) ?? []));
      for (const [i, name] of names.entries()) {
        const linear = stacked[i];
        if (linear) found.set(name, linear);
      }
    }
  }
  return found;
}

/** Frees every tensor of {@link loadDecoderWeights}. */
export function disposeDecoderWeights({ embedding, positions, linears, norms, head }: DecoderWeights): void {
  for (const linear of linears.values()) disposeFrozenLinear(linear);
  for (const { weight, bias } of norms.values()) {
    weight.dispose();
    bias?.dispose();
  }
  head.turned?.dispose();
  if (head.weight.stored !== embedding.stored) disposeFrozenMatrix(head.weight);
  positions?.dispose();
  disposeFrozenMatrix(embedding);
}

function tensorOf(checkpoint: NamedTensors, name: string, shape: readonly number[]): HostTensor {
  const tensor = findTensor(checkpoint, name);
  if (!tensor) throw workError("SAFETENSORS", ["checkpointLacks", name]);
  if (tensor.shape.join() !== shape.join()) {
    throw workError("SAFETENSORS", ["checkpointShape", name, String(tensor.shape), String(shape)]);
  }
  return tensor;
}
