/**
 * Forward pass of a decoder-only transformer, as its config describes it, with LoRA on any linear module: Llama (Touvron et al.
 * 2023, arXiv:2302.13971), Qwen2 (arXiv:2407.10671), Qwen3 (arXiv:2505.09388), GPT-2 (Radford et al. 2019), as in transformers.
 * Shapes: B rows, T tokens, N of them in all (B T with padding), D model width, H heads, Hkv key heads, Dh head width, V vocabulary.
 */

import { layerName } from "@duet/lora-core/architectures/decoderConfig";
import * as tf from "@tensorflow/tfjs";
import { attention } from "../../ops/attention/attention.ts";
import type { FrozenLinear } from "../../ops/frozenLinear.ts";
import { plainMatrix } from "../../ops/frozenMatrix/frozenMatrix.ts";
import { frozenRows } from "../../ops/frozenRows/frozenRows.ts";
import { gelu } from "../../ops/gelu/gelu.ts";
import { loraLinear } from "../../ops/loraLinear/loraLinear.ts";
import type { Dropout } from "../../ops/loraLinear/loraUpdate.ts";
import { frozenNorm } from "../../ops/residualNorm/residualNorm.ts";
import type { FrozenNorm } from "../../ops/residualNorm/residualNormKernel.ts";
import { rotary } from "../../ops/rotary/rotary.ts";
import { type RotaryTable, rotaryTable } from "../../ops/rotary/rotaryTable.ts";
import { selectRows } from "../../ops/selectRows/selectRows.ts";
import { placesIn, rowLengths } from "../../ops/selfAttention/rowOffsets.ts";
import { selfAttention } from "../../ops/selfAttention/selfAttention.ts";
import type { HeadShape } from "../../ops/selfAttention/selfAttentionKernel.ts";
import { swiglu } from "../../ops/swiglu/swiglu.ts";
import { adaptedLinear, adaptedLinears } from "../adaptedLinear.ts";
import type { DeviceAdapter } from "../languageModel.ts";
import { normedSum, type ResidualStream } from "../residualStream.ts";
import { throughLayers } from "../throughLayers.ts";
import { batchBias } from "./batchBias.ts";
import type { DecoderWeights } from "./decoderWeights.ts";
import type { KeyValueCache } from "./keyValueCache.ts";
import type { PackedKeyValues } from "./packedKeyValues.ts";
import type { PackedTokens, TokenBatch } from "./tokenBatch.ts";

export interface ForwardOptions {
  readonly adapter: DeviceAdapter | null;
  readonly dropout: Dropout | null;
  /** Keys and values of earlier tokens, extended by this pass; null for whole sequences. */
  readonly cache: KeyValueCache | null;
  /** Where those of packed rows are noted down, for texts that go on from them. Left out: nowhere. */
  readonly kept?: PackedKeyValues | null;
  /** The K positions whose hidden states are asked for: of all others the last layer computes keys and values only. Left out: all N. */
  readonly at?: readonly number[];
  /** Keeps less for the backward pass and computes it again there. Left out: no. */
  readonly recompute?: boolean;
}

/** Everything that is the same in every layer of one pass. */
interface Pass extends ForwardOptions {
  readonly weights: DecoderWeights;
  readonly batch: TokenBatch | PackedTokens;
  /** Null with learned positions. */
  readonly table: RotaryTable | null;
  /** What padded rows may look at; null for everything, and for packed ones. */
  readonly bias: tf.Tensor4D | null;
}

/** Hidden states [N, D] after the last layer, before the final norm, or [K, D] where K positions are asked for. Packed rows have no cache. */
export function hiddenStates(weights: DecoderWeights, batch: TokenBatch | PackedTokens, options: ForwardOptions): tf.Tensor2D {
  const { config } = weights;
  const pass = createPass(weights, batch, options);
  return throughLayers(embed(weights, batch, options.cache?.length ?? 0), {
    count: config.layers,
    nameOf: (index) => layerName(config, index),
    ...{ adapter: options.adapter, recompute: options.recompute },
    run: (index, stream, adapter, again) =>
      decoderLayer(again ? createPass(weights, batch, { ...options, adapter }) : pass, index, stream),
  });
}

function createPass(weights: DecoderWeights, batch: TokenBatch | PackedTokens, options: ForwardOptions): Pass {
  const { rotaryFrequencies: frequencies } = weights.config;
  const start = options.cache?.length ?? 0;
  const length = "offsets" in batch ? Math.max(...rowLengths(batch.offsets)) : batch.length;
  const table = frequencies && rotaryTable({ start, length, frequencies });
  return { ...options, weights, batch, table, bias: "offsets" in batch ? null : batchBias(batch, start) };
}

function decoderLayer(pass: Pass, index: number, stream: ResidualStream): ResidualStream {
  const { config } = pass.weights;
  const layer = layerName(config, index);
  const normOf = (name: string) => frozenNormOf(pass.weights, `${layer}.${name}`);
  const { sum, normed } = normedSum(stream, normOf(config.names.attentionNorm));
  const { at } = pass;
  const asked = (x: tf.Tensor2D) => (at && index === config.layers - 1 ? selectRows(x, at) : x);
  const attended = adaptedLinear(pass, `${layer}.${config.names.attentionOutput}`, asked(attend(pass, index, normed)));
  const middle = normedSum({ x: asked(sum), delta: attended }, normOf(config.names.feedForwardNorm));
  return { x: middle.sum, delta: feedForward(pass, layer, middle.normed) };
}

/** What the head reads at K of the N positions, [K, D]; with null `hidden` is of these alone. */
export function headInput(weights: DecoderWeights, hidden: tf.Tensor2D, positions: readonly number[] | null): tf.Tensor2D {
  return norm(weights, weights.config.names.finalNorm, positions ? selectRows(hidden, positions) : hidden);
}

/** Logits [K, V] at positions as {@link headInput} takes them, as the head is wide; [K, C] with a head of C of its tokens. */
export function logitsAt(
  weights: DecoderWeights,
  hidden: tf.Tensor2D,
  positions: readonly number[] | null,
  head: FrozenLinear = weights.head,
): tf.Tensor2D {
  return loraLinear(headInput(weights, hidden, positions), head, null);
}

/** [N, D]: the tokens' embeddings, and their positions' where those are learned. */
function embed({ embedding, positions, config }: DecoderWeights, batch: TokenBatch | PackedTokens, start: number): tf.Tensor2D {
  const tokens = frozenRows(embedding, batch.ids);
  if (!positions) return tokens;
  const places = "offsets" in batch ? placesIn(batch.offsets) : placesOf(batch, start, config.maxPositions - 1);
  return tf.add(tokens, frozenRows(plainMatrix(positions), places));
}

/** Only padding lies past either end of the table, and nothing reads it. */
function placesOf({ rows, length, leftPadding }: TokenBatch, start: number, last: number): Int32Array {
  return Int32Array.from({ length: rows * length }, (_, i) => {
    const place = start + (i % length) - (leftPadding?.[Math.floor(i / length)] ?? 0);
    return Math.min(Math.max(place, 0), last);
  });
}

/** What every token takes from the others, before the projection of it: [N, D] -> [N, H Dh]. */
function attend(pass: Pass, index: number, x: tf.Tensor2D): tf.Tensor2D {
  const joint = queryKeyValue(pass, index, x);
  const scale = 1 / Math.sqrt(pass.weights.config.headWidth);
  if (!("offsets" in pass.batch)) return paddedAttention(pass, pass.batch, { index, joint, scale });
  pass.kept?.keep(index, joint);
  return selfAttention(joint, { ...headsOf(pass), offsets: pass.batch.offsets, scale, causal: true, table: pass.table });
}

function headsOf({ weights: { config } }: Pass): HeadShape {
  return { heads: config.heads, keyHeads: config.keyValueHeads, headWidth: config.headWidth };
}

/** The same over rows of one length, which may go on from a cache: joint [N, (H + 2 Hkv) Dh] -> [N, H Dh]. */
function paddedAttention(
  pass: Pass,
  batch: TokenBatch,
  { index, joint, scale }: { readonly index: number; readonly joint: tf.Tensor2D; readonly scale: number },
): tf.Tensor2D {
  const { heads, keyHeads } = headsOf(pass);
  const [q, k, v] = splitJoint(pass, joint);
  const turned = (part: tf.Tensor2D, count: number) => turn(pass, splitHeads(pass, batch, part, count));
  const keys = turned(k, keyHeads);
  const values = splitHeads(pass, batch, v, keyHeads);
  const seen = pass.cache ? pass.cache.extend(index, keys, values) : { k: keys, v: values };
  return joinHeads(attention({ q: turned(q, heads), ...seen }, { scale, bias: pass.bias }));
}

/** Queries, keys and values side by side, [N, (H + 2 Hkv) Dh], queries and keys normed where the family does that. */
function queryKeyValue(pass: Pass, index: number, x: tf.Tensor2D): tf.Tensor2D {
  const { config } = pass.weights;
  const layer = layerName(config, index);
  const { queryKeyValue: modules, queryKeyNorm } = config.names;
  const names = "joint" in modules ? [modules.joint] : [modules.q, modules.k, modules.v];
  const joint = adaptedLinears(
    pass,
    names.map((name) => `${layer}.${name}`),
    x,
    { isInputFrozen: index === 0 },
  );
  if (!queryKeyNorm) return joint;
  const [q, k, v] = splitJoint(pass, joint);
  return tf.concat([headNorm(pass, layer, "q", q), headNorm(pass, layer, "k", k), v], 1);
}

/** q [N, H Dh], k and v [N, Hkv Dh]. */
function splitJoint(pass: Pass, joint: tf.Tensor2D): readonly [q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D] {
  const { heads, keyHeads, headWidth } = headsOf(pass);
  const [q, k, v] = tf.split<tf.Tensor2D>(joint, [heads * headWidth, keyHeads * headWidth, keyHeads * headWidth], 1);
  if (!q || !k || !v) throw new RangeError("unreachable: split in three");
  return [q, k, v];
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
  const named = (name: string) => `${layer}.${name}`;
  const inner = gate
    ? swiglu(adaptedLinears(pass, [named(gate), named(up)], x, { isInputFrozen: false }))
    : gelu(adaptedLinear(pass, named(up), x)); // [N, F]
  return adaptedLinear(pass, named(down), inner);
}

function norm(weights: DecoderWeights, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return frozenNorm(x, frozenNormOf(weights, name));
}

function frozenNormOf({ norms, config }: DecoderWeights, name: string): FrozenNorm {
  const found = norms.get(name);
  if (!found) throw new RangeError(`There is no norm ${name}`);
  return { ...found, eps: config.normEps };
}

/** [N, heads Dh] -> [B, heads, T, Dh] */
function splitHeads({ weights }: Pass, batch: TokenBatch, x: tf.Tensor2D, heads: number): tf.Tensor4D {
  const { headWidth } = weights.config;
  return tf.transpose(x.reshape<tf.Tensor4D>([batch.rows, batch.length, heads, headWidth]), [0, 2, 1, 3]);
}

/** [B, H, T, Dh] -> [N, H Dh] */
function joinHeads(x: tf.Tensor4D): tf.Tensor2D {
  const [rows, heads, length, headWidth] = x.shape;
  return tf.transpose(x, [0, 2, 1, 3]).reshape([rows * length, heads * headWidth]);
}
