/**
 * Forward pass of an encoder: token ids to unit-length sentence embeddings. B texts, T tokens, D width of a layer, H heads.
 * Activations travel as [B T, D], because linear layers want matrices. Padded positions carry numbers that nobody reads: attention
 * hides them as keys and the mean leaves them out.
 */

import type { EncoderConfig } from "@duet/lora-core/architectures/encoderConfig";
import * as tf from "@tensorflow/tfjs";
import { attention } from "../../ops/attention/attention.ts";
import { paddingBias } from "../../ops/attention/attentionBias.ts";
import { frozenRows } from "../../ops/frozenRows/frozenRows.ts";
import { layerNorm } from "../../ops/layerNorm/layerNorm.ts";
import type { Dropout } from "../../ops/loraLinear/loraUpdate.ts";
import { adaptedLinear } from "../adaptedLinear.ts";
import type { DeviceAdapter } from "../languageModel.ts";
import { recomputedLayer } from "../recomputedLayer.ts";
import type { EncoderWeights } from "./encoderWeights.ts";

/** Lengths are rounded up to a multiple of this, so that batches share few shapes (one GPU pipeline each). */
const LENGTH_STEP = 8;
/** Keeps the length of an all-zero vector from dividing by zero; the value of the original graph. */
const NORM_EPSILON = 1e-12;

export interface EncoderPass {
  readonly config: EncoderConfig;
  readonly weights: EncoderWeights;
  readonly adapter: DeviceAdapter | null;
  readonly dropout: Dropout | null;
  /** Keeps less for the backward pass and computes it again there. Left out: no. */
  readonly recompute?: boolean;
}

/** Embeddings of these texts, [B, D], each of length 1. Every text has at least one token. Call inside tf.tidy. */
export function embedTexts(pass: EncoderPass, texts: readonly Int32Array[]): tf.Tensor2D {
  const { config, weights } = pass;
  const shape = paddedShape(texts, config.maxTokens);
  let x = embedTokens(weights, texts, shape);
  const biasOf = () =>
    shape.lengths.every((length) => length === shape.tokens) ? null : paddingBias(shape.lengths, shape.tokens);
  const bias = biasOf();
  for (let index = 0; index < config.layers; index++) {
    x = pass.recompute
      ? recomputedLayer(x, pass.adapter, `layers.${index}`, (input, adapter) =>
          encoderLayer({ ...pass, adapter }, input, { ...shape, bias: biasOf(), index }),
        )
      : // A tidy each: without gradients nothing of a layer outlives it.
        tf.tidy(() => encoderLayer(pass, x, { ...shape, bias, index }));
  }
  const pooled = adaptedLinear(pass, "pooler", meanOfTokens(x, shape)).tanh();
  const squared = tf.square(pooled).sum(1, true); // [B, 1]
  return tf.mul(pooled, tf.rsqrt(tf.maximum(squared, NORM_EPSILON)));
}

interface PaddedShape {
  /** Real tokens of every text. */
  readonly lengths: readonly number[];
  /** T, common to the batch. */
  readonly tokens: number;
}

function paddedShape(texts: readonly Int32Array[], maxTokens: number): PaddedShape {
  const lengths = texts.map((tokens) => tokens.length);
  const longest = Math.max(...lengths);
  if (Math.min(...lengths) < 1 || longest > maxTokens) {
    throw new RangeError(`embedTexts: texts of 1 to ${maxTokens} tokens are read, got ${Math.min(...lengths)} to ${longest}`);
  }
  return { lengths, tokens: Math.min(maxTokens, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP) };
}

/** 2 e + timing, [B T, E]. The original graph adds e twice, so the factor belongs to the weights. */
function embedTokens(weights: EncoderWeights, texts: readonly Int32Array[], { tokens }: PaddedShape): tf.Tensor2D {
  const ids = new Int32Array(texts.length * tokens);
  texts.forEach((text, row) => {
    ids.set(text, row * tokens);
  });
  const embedded = frozenRows(weights.embeddings, ids).mul(2);
  const width = weights.embeddings.shape[1];
  const timing = weights.timing.slice([0, 0], [tokens, width]);
  return tf.add(embedded.reshape([texts.length, tokens, width]), timing).reshape([-1, width]);
}

interface LayerShape extends PaddedShape {
  readonly bias: tf.Tensor4D | null;
  readonly index: number;
}

/** Attention, then a two-layer network, each after a norm and beside a residual. [B T, D] -> [B T, hidden]. */
function encoderLayer(pass: EncoderPass, x: tf.Tensor2D, shape: LayerShape): tf.Tensor2D {
  const layer = `layers.${shape.index}`;
  const residual = pass.weights.linears.has(`${layer}.residual`) ? adaptedLinear(pass, `${layer}.residual`, x) : x;
  const attended = selfAttention(pass, norm(pass, `${layer}.attention.norm`, x), shape);
  const middle = tf.add<tf.Tensor2D>(residual, adaptedLinear(pass, `${layer}.attention.output`, attended));
  const hidden = adaptedLinear(pass, `${layer}.mlp.up`, norm(pass, `${layer}.mlp.norm`, middle)).relu<tf.Tensor2D>();
  return tf.add(middle, adaptedLinear(pass, `${layer}.mlp.down`, hidden));
}

function selfAttention(pass: EncoderPass, x: tf.Tensor2D, { lengths, tokens, bias, index }: LayerShape): tf.Tensor2D {
  const { heads } = pass.config;
  const width = x.shape[1];
  const headWidth = width / heads;
  const perHead = (part: tf.Tensor2D) =>
    part.reshape([lengths.length, tokens, heads, headWidth]).transpose<tf.Tensor4D>([0, 2, 1, 3]); // [B, H, T, Dh]
  const [q, k, v] = tf.split<tf.Tensor2D>(adaptedLinear(pass, `layers.${index}.attention.qkv`, x), 3, 1).map(perHead);
  if (!q || !k || !v) throw new RangeError("unreachable: split in three");
  const out = attention({ q, k, v }, { scale: 1 / Math.sqrt(headWidth), bias });
  return out.transpose([0, 2, 1, 3]).reshape([-1, width]); // [B T, D]
}

/** Mean over a text's real tokens, [B, D], as a sum weighted by 1 / length and 0 on padding. */
function meanOfTokens(x: tf.Tensor2D, { lengths, tokens }: PaddedShape): tf.Tensor2D {
  const shares = new Float32Array(lengths.length * tokens);
  lengths.forEach((length, row) => {
    shares.fill(1 / length, row * tokens, row * tokens + length);
  });
  const weights = tf.tensor3d(shares, [lengths.length, tokens, 1]);
  return tf.mul(x.reshape([lengths.length, tokens, x.shape[1]]), weights).sum(1);
}

function norm({ config, weights }: EncoderPass, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const found = weights.norms.get(name);
  if (!found) throw new RangeError(`There is no norm ${name}`);
  return layerNorm(x, found, config.layerNormEpsilon);
}
