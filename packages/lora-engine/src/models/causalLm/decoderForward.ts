/**
 * Forward pass of a decoder-only transformer, as its config describes it, with LoRA on any linear module: Llama (Touvron et al.
 * 2023, arXiv:2302.13971), Qwen2 (arXiv:2407.10671), Qwen3 (arXiv:2505.09388), GPT-2 (Radford et al. 2019), as in transformers.
 * Shapes: B rows, T tokens, N = B T, D model width, H heads, Hkv key heads, Dh head width, V vocabulary.
 */

import { layerName } from "@duet/lora-core/architectures/decoderConfig";
import * as tf from "@tensorflow/tfjs";
import { attention } from "../../ops/attention/attention.ts";
import type { FrozenLinear } from "../../ops/frozenLinear.ts";
import { frozenRows } from "../../ops/frozenRows/frozenRows.ts";
import { gelu } from "../../ops/gelu/gelu.ts";
import { layerNorm } from "../../ops/layerNorm/layerNorm.ts";
import { loraLinear } from "../../ops/loraLinear/loraLinear.ts";
import type { Dropout } from "../../ops/loraLinear/loraUpdate.ts";
import { rmsNorm } from "../../ops/rmsNorm/rmsNorm.ts";
import { rotary } from "../../ops/rotary/rotary.ts";
import { type RotaryTable, rotaryTable } from "../../ops/rotary/rotaryTable.ts";
import { selectRows } from "../../ops/selectRows/selectRows.ts";
import { swiglu } from "../../ops/swiglu/swiglu.ts";
import { adaptedLinear } from "../adaptedLinear.ts";
import type { DeviceAdapter } from "../languageModel.ts";
import { recomputedLayer } from "../recomputedLayer.ts";
import { batchBias } from "./batchBias.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import type { KeyValueCache } from "./keyValueCache.ts";
import type { TokenBatch } from "./tokenBatch.ts";

export interface ForwardOptions {
  readonly adapter: DeviceAdapter | null;
  readonly dropout: Dropout | null;
  /** Keys and values of earlier tokens, extended by this pass; null for whole sequences. */
  readonly cache: KeyValueCache | null;
  /** Keeps less for the backward pass and computes it again there. Left out: no. */
  readonly recompute?: boolean;
}

/** Everything that is the same in every layer of one pass. */
interface Pass extends ForwardOptions {
  readonly weights: DecoderWeights;
  readonly batch: TokenBatch;
  /** Null with learned positions. */
  readonly table: RotaryTable | null;
  readonly bias: tf.Tensor4D | null;
}

/** Hidden states [N, D] after the last layer, before the final norm. */
export function hiddenStates(weights: DecoderWeights, batch: TokenBatch, options: ForwardOptions): tf.Tensor2D {
  const { config } = weights;
  const pass = createPass(weights, batch, options);
  let x = embed(weights, batch, options.cache?.length ?? 0);
  for (let index = 0; index < config.layers; index++) {
    x = options.recompute
      ? recomputedLayer(x, options.adapter, layerName(config, index), (input, adapter) =>
          decoderLayer(createPass(weights, batch, { ...options, adapter }), index, input),
        )
      : // A tidy each: without gradients nothing of a layer outlives it.
        tf.tidy(() => decoderLayer(pass, index, x));
  }
  return x;
}

function createPass(weights: DecoderWeights, batch: TokenBatch, options: ForwardOptions): Pass {
  const { rotaryFrequencies: frequencies } = weights.config;
  const start = options.cache?.length ?? 0;
  const table = frequencies && rotaryTable({ start, length: batch.length, frequencies });
  return { ...options, weights, batch, table, bias: batchBias(batch, start) };
}

/** [N, D] -> [N, D] */
function decoderLayer(pass: Pass, index: number, x: tf.Tensor2D): tf.Tensor2D {
  const { config } = pass.weights;
  const layer = layerName(config, index);
  const normed = (name: string, input: tf.Tensor2D) => norm(pass.weights, `${layer}.${name}`, input);
  const middle: tf.Tensor2D = tf.add(x, selfAttention(pass, index, normed(config.names.attentionNorm, x)));
  return tf.add(middle, feedForward(pass, layer, normed(config.names.feedForwardNorm, middle)));
}

/** What the head reads at K of the N positions, [K, D]. */
export function headInput(weights: DecoderWeights, hidden: tf.Tensor2D, positions: readonly number[]): tf.Tensor2D {
  return norm(weights, weights.config.names.finalNorm, selectRows(hidden, positions));
}

/** Logits [K, V] at K of the N positions only, as the head is wide; [K, C] with a head of C of its tokens. */
export function logitsAt(
  weights: DecoderWeights,
  hidden: tf.Tensor2D,
  positions: readonly number[],
  head: FrozenLinear = weights.head,
): tf.Tensor2D {
  return loraLinear(headInput(weights, hidden, positions), head, null);
}

/** [N, D]: the tokens' embeddings, and their positions' where those are learned. */
function embed({ embedding, positions, config }: DecoderWeights, batch: TokenBatch, start: number): tf.Tensor2D {
  const { ids, rows, length, leftPadding } = batch;
  const tokens = frozenRows(embedding, ids);
  if (!positions) return tokens;
  // Only padding lies past either end of the table, and nothing reads it.
  const last = config.maxPositions - 1;
  const places = Int32Array.from({ length: rows * length }, (_, i) => {
    const place = start + (i % length) - (leftPadding?.[Math.floor(i / length)] ?? 0);
    return Math.min(Math.max(place, 0), last);
  });
  return tf.add(tokens, tf.gather(positions, tf.tensor1d(places, "int32")));
}

function selfAttention(pass: Pass, index: number, x: tf.Tensor2D): tf.Tensor2D {
  const { config } = pass.weights;
  const { heads, keyValueHeads, headWidth, names } = config;
  const layer = layerName(config, index);
  const projected = queryKeyValue(pass, layer, x);
  const q = turn(pass, splitHeads(pass, headNorm(pass, layer, "q", projected.q), heads));
  const k = turn(pass, splitHeads(pass, headNorm(pass, layer, "k", projected.k), keyValueHeads));
  const v = splitHeads(pass, projected.v, keyValueHeads);
  const seen = pass.cache ? pass.cache.extend(index, k, v) : { k, v };
  const out = attention({ q, ...seen }, { scale: 1 / Math.sqrt(headWidth), bias: pass.bias });
  return adaptedLinear(pass, `${layer}.${names.attentionOutput}`, joinHeads(out));
}

/** q [N, H Dh], k and v [N, Hkv Dh]. */
function queryKeyValue(pass: Pass, layer: string, x: tf.Tensor2D): { q: tf.Tensor2D; k: tf.Tensor2D; v: tf.Tensor2D } {
  const { names, heads, keyValueHeads, headWidth } = pass.weights.config;
  const project = (name: string) => adaptedLinear(pass, `${layer}.${name}`, x);
  const { queryKeyValue: modules } = names;
  if (!("joint" in modules)) return { q: project(modules.q), k: project(modules.k), v: project(modules.v) };
  const keyWidth = keyValueHeads * headWidth;
  const [q, k, v] = tf.split<tf.Tensor2D>(project(modules.joint), [heads * headWidth, keyWidth, keyWidth], 1);
  if (!q || !k || !v) throw new RangeError("unreachable: split in three");
  return { q, k, v };
}

/** [N, heads Dh] -> the same shape, each head normed by itself where the family does that. */
function headNorm({ weights }: Pass, layer: string, which: "q" | "k", x: tf.Tensor2D): tf.Tensor2D {
  const { names, headWidth } = weights.config;
  if (!names.queryKeyNorm) return x;
  const perHead = x.reshape<tf.Tensor2D>([-1, headWidth]); // [N heads, Dh]
  return norm(weights, `${layer}.${names.queryKeyNorm[which]}`, perHead).reshape(x.shape);
}

/** Rotary positions, where the family has them. */
function turn({ table }: Pass, x: tf.Tensor4D): tf.Tensor4D {
  return table ? rotary(x, table) : x;
}

function feedForward(pass: Pass, layer: string, x: tf.Tensor2D): tf.Tensor2D {
  const { gate, up, down } = pass.weights.config.names;
  const project = (name: string) => adaptedLinear(pass, `${layer}.${name}`, x);
  const inner = gate ? swiglu(project(gate), project(up)) : gelu(project(up)); // [N, F]
  return adaptedLinear(pass, `${layer}.${down}`, inner);
}

function norm({ norms, config }: DecoderWeights, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const found = norms.get(name);
  if (!found) throw new RangeError(`There is no norm ${name}`);
  const { weight, bias } = found;
  return bias ? layerNorm(x, { weight, bias }, config.normEps) : rmsNorm(x, weight, config.normEps);
}

/** [N, heads Dh] -> [B, heads, T, Dh] */
function splitHeads({ batch, weights }: Pass, x: tf.Tensor2D, heads: number): tf.Tensor4D {
  const { headWidth } = weights.config;
  return tf.transpose(x.reshape<tf.Tensor4D>([batch.rows, batch.length, heads, headWidth]), [0, 2, 1, 3]);
}

/** [B, H, T, Dh] -> [N, H Dh] */
function joinHeads(x: tf.Tensor4D): tf.Tensor2D {
  const [rows, heads, length, headWidth] = x.shape;
  return tf.transpose(x, [0, 2, 1, 3]).reshape([rows * length, heads * headWidth]);
}
