/** A Llama decoder in plain TF.js ops: head, softmax and one-hot over the whole vocabulary at every position. See stockLayers.ts. */

import type { DecoderConfig } from "@duet/lora-core/architectures/decoderConfig";
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

export interface StockCausalLm {
  /** Mean cross-entropy of the answer tokens, in nats. */
  loss(batch: readonly Example[], adapter: DeviceAdapter | null): tf.Scalar;
  dispose(): void;
}

const EMBEDDING = "model.embed_tokens.weight";

export function createStockCausalLm(config: DecoderConfig, checkpoint: NamedTensors): StockCausalLm {
  const weights = stockWeights(checkpoint, [EMBEDDING]);
  return {
    loss: (batch, adapter) => {
      const rows = batch.map(({ tokens }) => tokens.subarray(0, -1));
      const { ids } = padded(rows);
      const [, length] = ids.shape;
      const targets = batch.map(({ tokens }) => Array.from({ length }, (_, i) => tokens[i + 1] ?? 0));
      const scored = batch.map(({ tokens, answerStart }) =>
        Array.from({ length }, (_, i) => (i + 1 >= answerStart && i + 1 < tokens.length ? 1 : 0)),
      );
      const logits = stockLogits(config, weights, ids, adapter); // [B T, V]
      const oneHot = tf.oneHot(targets.flat(), config.vocabSize);
      const mask = tf.tensor1d(scored.flat());
      const losses = tf.losses.softmaxCrossEntropy(oneHot, logits, mask, 0, tf.Reduction.SUM);
      return tf.div(losses, mask.sum()).asScalar();
    },
    dispose: () => tf.dispose([...weights.values()]),
  };
}

function stockLogits(config: DecoderConfig, weights: StockWeights, ids: tf.Tensor2D, adapter: DeviceAdapter | null): tf.Tensor2D {
  const [batch, length] = ids.shape;
  const linear = (name: string, x: tf.Tensor2D) => stockLinear(weights, name, x, adapter);
  const norm = (name: string, x: tf.Tensor2D): tf.Tensor2D => {
    const rms = tf.sqrt(tf.add(tf.mean(tf.square(x), 1, true), config.normEps));
    return tf.mul(tf.div(x, rms), weight(weights, `${name}.weight`));
  };
  const { cos, sin } = angles(config, length);
  /** (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin), halves of a head. */
  const rotate = (x: tf.Tensor4D): tf.Tensor4D => {
    const [first, second] = tf.split(x, 2, 3);
    if (!first || !second) throw new RangeError("unreachable: split in two");
    return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(second), first], 3), sin));
  };
  const repeats = config.heads / config.keyValueHeads;
  /** [B, Hkv, T, Dh] -> [B, H, T, Dh], each key head for its consecutive query heads. */
  const repeated = (x: tf.Tensor4D): tf.Tensor4D =>
    tf
      .tile(x.reshape([batch * config.keyValueHeads, 1, length * config.headWidth]), [1, repeats, 1])
      .reshape([batch, config.heads, length, config.headWidth]);
  const future = tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0)).mul(-1e9);
  let x = tf.gather(weight(weights, EMBEDDING), ids.flatten()).as2D(batch * length, config.hiddenSize);
  for (let index = 0; index < config.layers; index++) {
    const layer = `model.layers.${index}`;
    const normed = norm(`${layer}.input_layernorm`, x);
    const q = rotate(splitHeads(linear(`${layer}.self_attn.q_proj`, normed), batch, config.heads));
    const k = rotate(splitHeads(linear(`${layer}.self_attn.k_proj`, normed), batch, config.keyValueHeads));
    const v = splitHeads(linear(`${layer}.self_attn.v_proj`, normed), batch, config.keyValueHeads);
    const out = joinHeads(stockAttention(q, repeated(k), repeated(v), future));
    x = tf.add(x, linear(`${layer}.self_attn.o_proj`, out));
    const inner = norm(`${layer}.post_attention_layernorm`, x);
    const gate = linear(`${layer}.mlp.gate_proj`, inner);
    const silu = tf.mul(gate, tf.sigmoid(gate));
    x = tf.add(x, linear(`${layer}.mlp.down_proj`, tf.mul(silu, linear(`${layer}.mlp.up_proj`, inner))));
  }
  const head = config.tiedHead ? tf.transpose(weight(weights, EMBEDDING)) : weight(weights, "lm_head.weight");
  return tf.matMul(norm("model.norm", x), head);
}

/** [T, Dh] each; a frequency serves both halves of a head. */
function angles(config: DecoderConfig, length: number) {
  const frequencies = config.rotaryFrequencies ?? [];
  const table = Array.from({ length }, (_, position) =>
    [...frequencies, ...frequencies].map((frequency) => position * frequency),
  );
  const radians = tf.tensor2d(table);
  return { cos: tf.cos(radians), sin: tf.sin(radians) };
}
