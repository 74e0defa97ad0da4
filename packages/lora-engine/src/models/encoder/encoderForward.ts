/**
 * Forward pass of an encoder: token ids to unit-length sentence embeddings. B texts of N tokens in all, D width of a layer, H heads.
 * Texts lie one after the other, without padding: activations are [N, D].
 */

import type { EncoderConfig } from "@duet/lora-core/architectures/encoderConfig";
import * as tf from "@tensorflow/tfjs";
import { frozenRows } from "../../ops/frozenRows/frozenRows.ts";
import { relu } from "../../ops/relu/relu.ts";
import type { FrozenNorm } from "../../ops/residualNorm/residualNormKernel.ts";
import { rowMeans } from "../../ops/rowMeans/rowMeans.ts";
import { joinedRows, type RowOffsets } from "../../ops/selfAttention/rowOffsets.ts";
import { selfAttention } from "../../ops/selfAttention/selfAttention.ts";
import { unitRows } from "../../ops/unitRows/unitRows.ts";
import { adaptedLinear, adaptedLinears } from "../adaptedLinear.ts";
import { normedSum, type ResidualStream } from "../residualStream.ts";
import { throughLayers } from "../throughLayers.ts";
import type { EncoderWeights } from "./encoderWeights.ts";
import { placeRows, textOffsets } from "./packedTexts.ts";
import type { EmbeddingPass } from "./sentenceEncoder.ts";

export interface EncoderPass extends EmbeddingPass {
  readonly config: EncoderConfig;
  readonly weights: EncoderWeights;
}

/** Embeddings of these texts, [B, D], each of length 1. Every text has at least one token. Call inside tf.tidy. */
export function embedTexts(pass: EncoderPass, texts: readonly Int32Array[]): tf.Tensor2D {
  const { config, weights, meansFirst = false } = pass;
  const offsets = textOffsets(texts, config.maxTokens);
  const x = throughLayers(embedTokens(weights, texts, offsets), {
    count: config.layers,
    nameOf: (index) => `layers.${index}`,
    ...{ adapter: pass.adapter, recompute: pass.recompute },
    run: (index, stream, adapter) => encoderLayer({ ...pass, adapter }, stream, { offsets, index }),
  });
  return unitRows(adaptedLinear(pass, "pooler", meansFirst ? x : rowMeans(x, offsets)), { squashed: true });
}

/** 2 e + timing, [N, E]. The original graph adds e twice, so the factor belongs to the weights. */
function embedTokens(weights: EncoderWeights, texts: readonly Int32Array[], offsets: RowOffsets): tf.Tensor2D {
  const embedded = frozenRows(weights.embeddings, joinedRows(texts, offsets)).mul<tf.Tensor2D>(2);
  return tf.add(embedded, placeRows(weights.timing, offsets));
}

interface LayerPlace {
  readonly offsets: RowOffsets;
  readonly index: number;
}

/** Attention, then a two-layer network, each after a norm and beside a residual. [N, D] -> [N, hidden], or [B, hidden] where means come first. */
function encoderLayer(pass: EncoderPass, stream: ResidualStream, place: LayerPlace): ResidualStream {
  const layer = `layers.${place.index}`;
  const { sum, normed } = normedSum(stream, normOf(pass, `${layer}.attention.norm`));
  const residual = pass.weights.linears.has(`${layer}.residual`)
    ? adaptedLinears(pass, [`${layer}.residual`], sum, { isInputFrozen: place.index === 0 })
    : sum;
  const attended = adaptedLinear(pass, `${layer}.attention.output`, attend(pass, normed, place));
  const middle = normedSum({ x: residual, delta: attended }, normOf(pass, `${layer}.mlp.norm`));
  const hidden = relu(adaptedLinear(pass, `${layer}.mlp.up`, middle.normed));
  const isPooled = pass.meansFirst === true && place.index === pass.config.layers - 1;
  // A mean and a linear layer may change places: then the layer has a row for each text, not for each token.
  const read = (rows: tf.Tensor2D) => (isPooled ? rowMeans(rows, place.offsets) : rows);
  return { x: read(middle.sum), delta: adaptedLinear(pass, `${layer}.mlp.down`, read(hidden)) };
}

function attend(pass: EncoderPass, x: tf.Tensor2D, { offsets, index }: LayerPlace): tf.Tensor2D {
  const { heads } = pass.config;
  const headWidth = x.shape[1] / heads;
  const joint = adaptedLinears(pass, [`layers.${index}.attention.qkv`], x, { isInputFrozen: index === 0 });
  const shape = { heads, keyHeads: heads, headWidth, offsets };
  return selfAttention(joint, { ...shape, scale: 1 / Math.sqrt(headWidth), causal: false, table: null });
}

function normOf({ config, weights }: EncoderPass, name: string): FrozenNorm {
  const found = weights.norms.get(name);
  if (!found) throw new RangeError(`There is no norm ${name}`);
  return { ...found, eps: config.layerNormEpsilon };
}
