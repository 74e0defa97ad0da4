/** The frozen weights of an encoder on the backend. */

import { type EncoderConfig, encoderLinears, layerWidth } from "@duet/lora-core/architectures/encoderConfig";
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

/** Owned by the encoder that loaded them. */
export interface EncoderWeights {
  /** [V, E] */
  readonly embeddings: FrozenMatrix;
  /** [maxTokens, E], added to the embeddings: sines, then cosines. */
  readonly timing: tf.Tensor2D;
  /** By the names of encoderLinears. */
  readonly linears: ReadonlyMap<string, FrozenLinear>;
  /** By prefix, e.g. "layers.0.mlp.norm". */
  readonly norms: ReadonlyMap<string, LayerNormWeights>;
}

/** Copies a checkpoint's tensors to the backend. @throws {RangeError} naming a tensor that is missing or has another shape. */
export function loadEncoderWeights(
  config: EncoderConfig,
  checkpoint: NamedTensors,
  precision: WeightPrecision = "exact",
): EncoderWeights {
  const host = (name: string, shape: readonly number[]): HostTensor => {
    const tensor = checkpoint.get(name);
    if (!tensor) throw workError("SAFETENSORS", ["checkpointLacks", name]);
    if (tensor.shape.join() !== shape.join()) {
      throw workError("SAFETENSORS", ["checkpointShape", name, String(tensor.shape), String(shape)]);
    }
    return tensor;
  };
  const vector = (name: string, size: number) => tf.tensor1d(host(name, [size]).data, "float32");

  const linears = encoderLinears(config).map(({ name, inFeatures, outFeatures }): [string, FrozenLinear] => [
    name,
    frozenLinear(host(`${name}.weight`, [outFeatures, inFeatures]), {
      bias: vector(`${name}.bias`, outFeatures),
      stored: "out-in",
      precision,
    }),
  ]);
  const norm = (name: string, size: number): [string, LayerNormWeights] => [
    name,
    { weight: vector(`${name}.weight`, size), bias: vector(`${name}.bias`, size) },
  ];
  const norms = Array.from({ length: config.layers }, (_, index) => [
    norm(`layers.${index}.attention.norm`, layerWidth(config, index)),
    norm(`layers.${index}.mlp.norm`, config.hiddenSize),
  ]);
  const frequencies = host("position.frequencies", [config.embeddingSize / 2]);
  return {
    embeddings: frozenMatrix(host("embeddings.weight", [config.vocabulary, config.embeddingSize]), precision),
    timing: tf.tensor2d(timingSignal(frequencies.data, config.maxTokens), [config.maxTokens, config.embeddingSize]),
    linears: new Map(linears),
    norms: new Map(norms.flat()),
  };
}

/** Frees everything. */
export function disposeEncoderWeights(weights: EncoderWeights): void {
  disposeFrozenMatrix(weights.embeddings);
  weights.timing.dispose();
  weights.linears.forEach(disposeFrozenLinear);
  for (const { weight, bias } of weights.norms.values()) tf.dispose([weight, bias]);
}

/** Row t is [sin(t w_0), sin(t w_1), .., cos(t w_0), ..] (Vaswani et al. 2017, arXiv:1706.03762, 3.5), with the model's own w. */
function timingSignal(frequencies: Float32Array, positions: number): Float32Array {
  const half = frequencies.length;
  const signal = new Float32Array(positions * 2 * half);
  for (let position = 0; position < positions; position++) {
    frequencies.forEach((frequency, i) => {
      const angle = Math.fround(position * frequency);
      signal[position * 2 * half + i] = Math.sin(angle);
      signal[position * 2 * half + half + i] = Math.cos(angle);
    });
  }
  return signal;
}
