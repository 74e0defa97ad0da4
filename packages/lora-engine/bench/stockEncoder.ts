/** Universal Sentence Encoder lite in plain TF.js ops, after the shipped graph. See stockLayers.ts. */

import type { EncoderConfig } from "@duet/lora-core/architectures/encoderConfig";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter, Example } from "../src/models/languageModel.ts";
import {
  joinHeads,
  padded,
  type StockWeights,
  splitHeads,
  stockAttention,
  stockLinear,
  stockWeights,
  weight,
} from "./stockLayers.ts";

export interface StockEncoder {
  /** Mean cross-entropy of tau cos(text, label), in nats. */
  loss(batch: readonly Example[], adapter: DeviceAdapter | null): tf.Scalar;
  /** The labels' embeddings, [labels, D], read back. */
  targets(): { readonly shape: [number, number]; readonly data: Float32Array };
  dispose(): void;
}

interface StockEncoderOptions {
  readonly config: EncoderConfig;
  readonly checkpoint: NamedTensors;
  /** The labels as token ids. */
  readonly labels: readonly Int32Array[];
  readonly temperature: number;
}

/** Embeds the labels once, as the measured model does. */
export function createStockEncoder({ config, checkpoint, labels, temperature }: StockEncoderOptions): StockEncoder {
  const weights = stockWeights(checkpoint, ["embeddings.weight"]);
  const targets = tf.tidy(() => stockEmbed(config, weights, labels, null));
  return {
    loss: (batch, adapter) => {
      const texts = batch.map(({ tokens }) => tokens);
      const wanted = batch.map(({ label }) => label);
      const logits = tf.matMul(stockEmbed(config, weights, texts, adapter), targets, false, true).mul(temperature);
      return tf.losses.softmaxCrossEntropy(tf.oneHot(wanted, labels.length), logits).asScalar();
    },
    targets: () => ({ shape: targets.shape, data: Float32Array.from(targets.dataSync()) }),
    dispose: () => tf.dispose([targets, ...weights.values()]),
  };
}

/** [B, D], rows of length 1. */
function stockEmbed(
  config: EncoderConfig,
  weights: StockWeights,
  texts: readonly Int32Array[],
  adapter: DeviceAdapter | null,
): tf.Tensor2D {
  const { ids, mask } = padded(texts);
  const [batch, tokens] = ids.shape;
  const angles = tf.mul(tf.range(0, tokens).expandDims(1), weight(weights, "position.frequencies"));
  const embedded = tf.gather(weight(weights, "embeddings.weight"), ids); // [B, T, E]
  const shown = mask.expandDims(2); // [B, T, 1]
  let x = embedded
    .add(tf.add(embedded, tf.concat([tf.sin(angles), tf.cos(angles)], 1)))
    .mul(shown)
    .reshape<tf.Tensor2D>([batch * tokens, config.embeddingSize]);
  const bias = tf.mul(tf.sub(1, mask), -1e9).reshape([batch, 1, 1, tokens]);
  const linear = (name: string, input: tf.Tensor2D) => stockLinear(weights, name, input, adapter);
  const norm = (name: string, input: tf.Tensor2D): tf.Tensor2D => {
    const { mean, variance } = tf.moments(input, 1, true);
    const normed = tf.div(tf.sub(input, mean), tf.sqrt(tf.add(variance, config.layerNormEpsilon)));
    return tf.add(tf.mul(normed, weight(weights, `${name}.weight`)), weight(weights, `${name}.bias`));
  };
  for (let index = 0; index < config.layers; index++) {
    const layer = `layers.${index}`;
    const qkv = linear(`${layer}.attention.qkv`, norm(`${layer}.attention.norm`, x));
    const [q, k, v] = tf.split<tf.Tensor2D>(qkv, 3, 1).map((part) => splitHeads(part, batch, config.heads));
    if (!q || !k || !v) throw new RangeError("unreachable: split in three");
    const out = linear(`${layer}.attention.output`, joinHeads(stockAttention(q, k, v, bias)));
    x = tf.add(out, weights.has(`${layer}.residual.weight`) ? linear(`${layer}.residual`, x) : x);
    x = tf.add(x, linear(`${layer}.mlp.down`, tf.relu(linear(`${layer}.mlp.up`, norm(`${layer}.mlp.norm`, x)))));
  }
  const summed = x.reshape([batch, tokens, config.hiddenSize]).mul(shown).sum<tf.Tensor2D>(1);
  const pooled = tf.tanh(linear("pooler", tf.div(summed, mask.sum(1, true))));
  return tf.div(pooled, tf.norm(pooled, 2, 1, true));
}
