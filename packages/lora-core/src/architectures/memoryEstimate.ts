/**
 * What a model and one training step on it take on the backend, in bytes of tensors, from config.json alone. Pure. What each op keeps
 * for its gradient is read off ops/*; memoryEstimate.test.ts holds the sum against measured peaks. A backend takes more than its
 * tensors: wasm's heap some 40 MB and about a fifth for gaps, WebGPU keeps freed buffers for the next step.
 */
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import { adapterLayout, layoutBytes } from "../adapters/adapterLayout.ts";
import { type DecoderConfig, decoderLinears } from "./decoderConfig.ts";
import { type EncoderConfig, encoderLinears, layerWidth } from "./encoderConfig.ts";
import type { Architecture } from "./modelConfig.ts";

const FLOAT_BYTES = 4;
/** Frozen linear layers lie on the backend so (ops/frozenLinear.ts). */
const FROZEN_LINEAR = { bytesPerWeight: FLOAT_BYTES, layouts: 2 };
/** Copies of the logits that the cross-entropy works on at once (ops/maskedCrossEntropy). */
const LOGIT_COPIES = 9;

/** The rows of one training step. */
export interface BatchShape {
  readonly rows: number;
  /** Tokens of the longest row; the others are padded to it. */
  readonly tokens: number;
  /** Tokens of a row whose prediction is scored, where a model predicts tokens. */
  readonly answerTokens: number;
}

/** All in bytes. */
export interface MemoryEstimate {
  readonly weights: number;
  /** Kept from the forward for the backward pass, and worked with meanwhile. */
  readonly activations: number;
  /** The trained adapter, once. */
  readonly adapter: number;
  /** AdamW's two moments. */
  readonly optimizer: number;
  /** The most that is alive at any time of a step, all of the above. */
  readonly peak: number;
}

/** @throws {RangeError} when a target of the adapter matches no module. */
export function estimateMemory(architecture: Architecture, config: AdapterConfig, batch: BatchShape): MemoryEstimate {
  const adapter = layoutBytes(adapterLayout(architecture.linears, config));
  const weights = weightBytes(architecture);
  const values =
    architecture.family === "encoder" ? encoderValues(architecture.config, batch) : decoderValues(architecture.config, batch);
  const hidden = architecture.linears.length * config.rank * batch.rows * batch.tokens; // x A^T of every module
  const activations = FLOAT_BYTES * (values.kept + values.working + hidden);
  const optimizer = 2 * adapter;
  // Gradients come while activations go; clipped ones stand beside them when all activations are gone.
  const peak = weights + adapter + optimizer + Math.max(activations + adapter, 2 * adapter);
  return { weights, activations, adapter, optimizer, peak };
}

/** Frozen weights as they lie on the backend. */
function weightBytes({ family, config, linears, parameters }: Architecture): number {
  const inLinears = linears.reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0);
  const { bytesPerWeight, layouts } = FROZEN_LINEAR;
  if (family === "encoder") {
    return FLOAT_BYTES * (parameters - inLinears) + layouts * bytesPerWeight * inLinears;
  }
  const head = config.vocabSize * config.hiddenSize;
  // A tied head shares the embeddings as one of its layouts.
  const others = parameters - inLinears - (config.tiedHead ? 0 : head);
  const ownLayouts = config.tiedHead ? layouts - 1 : layouts;
  return FLOAT_BYTES * others + bytesPerWeight * (layouts * inLinears + ownLayouts * head);
}

/** Numbers, each of FLOAT_BYTES: alive from forward to backward, and the most that one op needs besides. */
interface StepValues {
  readonly kept: number;
  readonly working: number;
}

function decoderValues(config: DecoderConfig, { rows, tokens, answerTokens }: BatchShape): StepValues {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headWidth, names, layers, vocabSize } = config;
  const queryWidth = heads * headWidth;
  const keyWidth = keyValueHeads * headWidth;
  const projected = queryWidth + 2 * keyWidth;
  const joint = "joint" in names.queryKeyValue;
  const linearOutputs = decoderLinears(config).reduce((sum, { outFeatures }) => sum + outFeatures, 0) / layers;
  const perToken =
    2 * normed(hiddenSize) +
    2 * hiddenSize + // residual sums
    linearOutputs +
    (joint ? projected : 0) + // parts of the joint projection
    (names.queryKeyNorm ? normed(queryWidth) + normed(keyWidth) : 0) +
    projected + // by head
    (config.rotaryFrequencies ? queryWidth + keyWidth : 0) +
    attended(queryWidth, heads, tokens) +
    2 * intermediateSize; // the gate's sigmoid or tanh, and the product
  const scored = rows * answerTokens;
  const head = scored * (hiddenSize + normed(hiddenSize) + LOGIT_COPIES * vocabSize);
  const attention = attentionWork(queryWidth, heads, tokens);
  return {
    kept: rows * tokens * (hiddenSize + layers * perToken),
    working: Math.max(head, rows * tokens * attention),
  };
}

function encoderValues(config: EncoderConfig, { rows, tokens }: BatchShape): StepValues {
  const { hiddenSize, intermediateSize, heads, layers } = config;
  const linearOutputs = encoderLinears(config).reduce((sum, { outFeatures }) => sum + outFeatures, 0);
  let perToken = 3 * config.embeddingSize + linearOutputs + hiddenSize; // embeddings, and the weighted mean
  for (let index = 0; index < layers; index++) {
    const width = layerWidth(config, index);
    perToken += normed(width) + normed(hiddenSize) + 2 * hiddenSize; // norms and residual sums
    perToken += 6 * width + attended(width, heads, tokens) + intermediateSize; // q, k, v in parts, then by head; relu
  }
  return { kept: rows * tokens * perToken, working: rows * tokens * attentionWork(hiddenSize, heads, tokens) };
}

/** A norm keeps the normalised values beside its output. */
function normed(width: number): number {
  return 2 * width;
}

/** Attention keeps its weights beside its output by head, which is then joined. */
function attended(queryWidth: number, heads: number, tokens: number): number {
  return 2 * queryWidth + heads * tokens;
}

/** Per token, while attention goes backward: gradients and copies of what is multiplied. */
function attentionWork(queryWidth: number, heads: number, tokens: number): number {
  return 8 * queryWidth + 8 * heads * tokens;
}
