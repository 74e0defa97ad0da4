/**
 * Forward pass of the Llama family (Touvron et al. 2023, arXiv:2302.13971; as in transformers' LlamaForCausalLM) with LoRA on any
 * linear module. Shapes: B rows, T tokens, N = B T, D model width, H heads, Hkv key heads, Dh head width, V vocabulary.
 */
import * as tf from "@tensorflow/tfjs";
import type { LlamaConfig } from "../../architectures/llamaConfig.ts";
import { attention } from "../../ops/attention/attention.ts";
import { causalBias } from "../../ops/attention/attentionBias.ts";
import { loraLinear } from "../../ops/loraLinear/loraLinear.ts";
import type { Dropout } from "../../ops/loraLinear/loraUpdate.ts";
import { rmsNorm } from "../../ops/rmsNorm/rmsNorm.ts";
import { rotary } from "../../ops/rotary/rotary.ts";
import { type RotaryTable, rotaryTable } from "../../ops/rotary/rotaryTable.ts";
import { selectRows } from "../../ops/selectRows/selectRows.ts";
import { swiglu } from "../../ops/swiglu/swiglu.ts";
import { random } from "../../tensors/random.ts";
import type { DeviceAdapter } from "../languageModel.ts";
import type { KeyValueCache } from "./keyValueCache.ts";
import type { LlamaWeights } from "./llamaWeights.ts";
import type { TokenBatch } from "./tokenBatch.ts";

export interface ForwardOptions {
  readonly adapter: DeviceAdapter | null;
  readonly dropout: Dropout | null;
  /** Keys and values of earlier tokens, extended by this pass; null for whole sequences. */
  readonly cache: KeyValueCache | null;
}

/** Everything that is the same in every layer of one pass. */
interface Pass extends ForwardOptions {
  readonly weights: LlamaWeights;
  readonly batch: TokenBatch;
  readonly table: RotaryTable;
  readonly bias: tf.Tensor4D | null;
}

/** Hidden states [N, D] after the last layer, before the final norm. */
export function hiddenStates(weights: LlamaWeights, batch: TokenBatch, options: ForwardOptions): tf.Tensor2D {
  const { config } = weights;
  const start = options.cache?.length ?? 0;
  const table = rotaryTable({ start, length: batch.length, headWidth: config.headWidth, theta: config.ropeTheta });
  const bias = batch.length > 1 ? causalBias(batch.length, start) : null;
  const pass: Pass = { ...options, weights, batch, table, bias };
  let x: tf.Tensor2D = tf.gather(weights.embedding, tf.tensor1d(batch.ids, "int32"));
  for (let layer = 0; layer < config.layers; layer++) {
    x = tf.add(x, selfAttention(pass, layer, norm(pass, `model.layers.${layer}.input_layernorm`, x)));
    x = tf.add(x, feedForward(pass, layer, norm(pass, `model.layers.${layer}.post_attention_layernorm`, x)));
  }
  return x;
}

/** Logits [K, V] at K of the N positions only: the head is as wide as the vocabulary. */
export function logitsAt(weights: LlamaWeights, hidden: tf.Tensor2D, positions: readonly number[]): tf.Tensor2D {
  const weight = normWeight(weights, "model.norm");
  return loraLinear(rmsNorm(selectRows(hidden, positions), weight, weights.config.normEps), weights.head, null);
}

function selfAttention(pass: Pass, layer: number, x: tf.Tensor2D): tf.Tensor2D {
  const { heads, keyValueHeads, headWidth } = pass.weights.config;
  const module = `model.layers.${layer}.self_attn`;
  const q = rotary(splitHeads(pass, linear(pass, `${module}.q_proj`, x), heads), pass.table);
  const k = rotary(splitHeads(pass, linear(pass, `${module}.k_proj`, x), keyValueHeads), pass.table);
  const v = splitHeads(pass, linear(pass, `${module}.v_proj`, x), keyValueHeads);
  const seen = pass.cache ? pass.cache.extend(layer, k, v) : { k, v };
  const out = attention({ q, ...seen }, { scale: 1 / Math.sqrt(headWidth), bias: pass.bias });
  return linear(pass, `${module}.o_proj`, joinHeads(out));
}

function feedForward(pass: Pass, layer: number, x: tf.Tensor2D): tf.Tensor2D {
  const module = `model.layers.${layer}.mlp`;
  const inner = swiglu(linear(pass, `${module}.gate_proj`, x), linear(pass, `${module}.up_proj`, x));
  return linear(pass, `${module}.down_proj`, inner);
}

function linear({ weights, adapter, dropout }: Pass, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const frozen = weights.linears.get(name);
  if (!frozen) throw new RangeError(`There is no linear module ${name}`);
  const factors = adapter?.factors.get(name);
  if (!adapter || !factors) return loraLinear(x, frozen, null);
  return loraLinear(x, frozen, { factors, scale: adapter.scale, dropout: dropout && ownDropout(dropout, name) });
}

/** Every module drops its own elements. */
function ownDropout({ rate, seed }: Dropout, module: string): Dropout {
  return { rate, seed: Math.floor(random(seed, module)() * 2 ** 32) };
}

function norm({ weights }: Pass, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return rmsNorm(x, normWeight(weights, name), weights.config.normEps);
}

function normWeight({ norms }: LlamaWeights, name: string): tf.Tensor1D {
  const weight = norms.get(name);
  if (!weight) throw new RangeError(`There is no norm ${name}`);
  return weight;
}

/** [N, heads Dh] -> [B, heads, T, Dh] */
function splitHeads({ batch, weights }: Pass, x: tf.Tensor2D, heads: number): tf.Tensor4D {
  const { headWidth }: LlamaConfig = weights.config;
  return tf.transpose(x.reshape<tf.Tensor4D>([batch.rows, batch.length, heads, headWidth]), [0, 2, 1, 3]);
}

/** [B, H, T, Dh] -> [N, H Dh] */
function joinHeads(x: tf.Tensor4D): tf.Tensor2D {
  const [rows, heads, length, headWidth] = x.shape;
  return tf.transpose(x, [0, 2, 1, 3]).reshape([rows * length, heads * headWidth]);
}
