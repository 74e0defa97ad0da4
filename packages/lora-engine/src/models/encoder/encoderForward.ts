/**
 * Forward pass of an encoder: token ids to unit-length sentence embeddings. B texts, T tokens, D width of a layer, H heads.
 * Activations travel as [B T, D], because linear layers want matrices. Padded positions carry numbers that nobody reads: attention
 * hides them as keys and the mean leaves them out.
 */

import type { EncoderConfig } from "@duet/lora-core/architectures/encoderConfig";
import * as tf from "@tensorflow/tfjs";
import { attention } from "../../ops/attention/attention.ts";
import { frozenRows } from "../../ops/frozenRows/frozenRows.ts";
import { layerNorm } from "../../ops/layerNorm/layerNorm.ts";
import { adaptedLinear } from "../adaptedLinear.ts";
import { throughLayers } from "../throughLayers.ts";
import type { EncoderWeights } from "./encoderWeights.ts";
import { biasOf, meanOfTokens, type PaddedShape, paddedIds, paddedShape, unitRows } from "./paddedTexts.ts";
import type { EmbeddingPass } from "./sentenceEncoder.ts";

export interface EncoderPass extends EmbeddingPass {
  readonly config: EncoderConfig;
  readonly weights: EncoderWeights;
}

/** Embeddings of these texts, [B, D], each of length 1. Every text has at least one token. Call inside tf.tidy. */
export function embedTexts(pass: EncoderPass, texts: readonly Int32Array[]): tf.Tensor2D {
  const { config, weights } = pass;
  const shape = paddedShape(texts, config.maxTokens);
  const bias = biasOf(shape);
  const x = throughLayers(embedTokens(weights, texts, shape), {
    count: config.layers,
    nameOf: (index) => `layers.${index}`,
    ...{ adapter: pass.adapter, recompute: pass.recompute },
    run: (index, x, adapter, again) =>
      encoderLayer({ ...pass, adapter }, x, { ...shape, bias: again ? biasOf(shape) : bias, index }),
  });
  return unitRows(adaptedLinear(pass, "pooler", meanOfTokens(x, shape)).tanh());
}

/** 2 e + timing, [B T, E]. The original graph adds e twice, so the factor belongs to the weights. */
function embedTokens(weights: EncoderWeights, texts: readonly Int32Array[], shape: PaddedShape): tf.Tensor2D {
  const { tokens } = shape;
  const embedded = frozenRows(weights.embeddings, paddedIds(texts, shape)).mul(2);
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

function norm({ config, weights }: EncoderPass, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const found = weights.norms.get(name);
  if (!found) throw new RangeError(`There is no norm ${name}`);
  return layerNorm(x, found, config.layerNormEpsilon);
}
