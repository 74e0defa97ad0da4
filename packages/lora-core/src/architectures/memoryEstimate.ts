/**
 * What a model and the work on it take on the backend, in bytes, from config.json alone. Pure. What each op keeps for its gradient
 * is read off ops/*; memoryEstimate.test.ts holds the sum against measured peaks.
 */
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import { adapterLayout, layoutBytes } from "../adapters/adapterLayout.ts";
import { selectModules } from "../adapters/selectModules.ts";
import { lowestAdaptedLayer } from "./adaptedLayers.ts";
import { type BertConfig, bertLayer, bertLinears } from "./bertConfig.ts";
import { type DecoderConfig, decoderLinears, layerName } from "./decoderConfig.ts";
import { type EncoderConfig, encoderLinears, layerWidth } from "./encoderConfig.ts";
import type { Architecture } from "./modelConfig.ts";
import type { BytesPerWeight } from "./weightStorage.ts";

const FLOAT_BYTES = 4;
/** Classes whose logits exist at once, and their gradient with them (ops/headCrossEntropy). */
const CLASSES_AT_ONCE = 4096;
const LOGIT_COPIES = 2;
/** Columns that are added at most where rows are padded to whole buckets (models/causalLm/tokenBatch.ts). */
const PADDING = 8;
/** Of keys and values, where texts go on from prompts: those of the prompts and the texts' own. */
const CACHES = 2;
/** A backend takes more than its tensors: the heap of wasm grows by a fifth at a time, WebGPU keeps freed buffers for later. */
const GAPS = 1.2;
/** The backend's own, whatever the model. */
const BACKEND_BYTES = 20e6;

/** The work whose memory is estimated. */
export interface Workload {
  /** Rows of a training step, or of a piece of one. */
  readonly batchSize: number;
  /** Every layer keeps its inputs only. Left out: no. */
  readonly recompute?: boolean;
  /** Tokens of the longest row, and at most of the others. */
  readonly maxTokens: number;
  /** Tokens of a row whose prediction is scored, where a model predicts tokens. */
  readonly answerTokens: number;
  /** Rows of a batch without gradients. */
  readonly evaluationRows: number;
  /** Adapters that are trained on the same batches. Left out: one; those that follow one another are there one at a time. */
  readonly adapters?: number;
  /** How frozen matrices are kept. Left out: as float32, the most they take. */
  readonly bytesPerWeight?: BytesPerWeight;
}

/** All in bytes. */
export interface MemoryEstimate {
  readonly weights: number;
  /** Kept from the forward for the backward pass, and worked with meanwhile. */
  readonly activations: number;
  /** What is trained, once. */
  readonly adapter: number;
  /** AdamW's two moments. */
  readonly optimizer: number;
  /** The most that is alive in a training step, all of the above. */
  readonly step: number;
  /** The most that is alive in a batch without gradients, weights and adapters with it. */
  readonly evaluation: number;
  /** The largest single weight, the embeddings. */
  readonly largestWeight: number;
  /** The largest other tensor. */
  readonly largestActivation: number;
}

/** @throws {RangeError} when a target of the adapter matches no module. */
export function estimateMemory(architecture: Architecture, config: AdapterConfig, work: Workload): MemoryEstimate {
  const { bytesPerWeight = FLOAT_BYTES, adapters = 1 } = work;
  const one = layoutBytes(adapterLayout(architecture.linears, config));
  const adapter = adapters * one;
  const weights = bytesPerWeight * architecture.parameters;
  const { kept, working, evaluating, ...largest } = valuesOf(architecture, work, config);
  const inner = selectModules(architecture.linears, config).length * config.rank * work.batchSize * work.maxTokens; // x A^T of every adapted module
  const activations = FLOAT_BYTES * (kept + working + inner);
  const optimizer = 2 * adapter;
  // Gradients come while activations go; clipped ones stand beside them when all activations are gone.
  const step = weights + adapter + optimizer + Math.max(activations + adapter, 2 * adapter);
  const evaluation = weights + 3 * one + FLOAT_BYTES * evaluating;
  const largestWeight = bytesPerWeight * largest.largestWeight;
  const largestActivation = FLOAT_BYTES * largest.largestActivation;
  return { weights, activations, adapter, optimizer, step, evaluation, largestWeight, largestActivation };
}

/** Bytes that the backend takes in all, at the most. */
export function occupiedBytes({ step, evaluation }: MemoryEstimate): number {
  return BACKEND_BYTES + GAPS * Math.max(step, evaluation);
}

/** Numbers, each of FLOAT_BYTES where it is no weight. */
interface Values {
  /** Alive from forward to backward pass. */
  readonly kept: number;
  /** The most that one op needs besides. */
  readonly working: number;
  /** The most of a pass without gradients, which keeps one layer at a time. */
  readonly evaluating: number;
  readonly largestWeight: number;
  readonly largestActivation: number;
}

function valuesOf(architecture: Architecture, work: Workload, adapter: AdapterConfig): Values {
  const modules = selectModules(architecture.linears, adapter).map(({ name }) => name);
  const { layers } = architecture.config;
  /** Below it nothing is kept (models/throughLayers.ts). */
  const lowest = (nameOf: (index: number) => string) => lowestAdaptedLayer(modules, layers, nameOf);
  switch (architecture.kind) {
    case "use-lite":
      return encoderValues(
        architecture.config,
        work,
        lowest((index) => `layers.${index}`),
      );
    case "bert":
      return bertValues(architecture.config, work, lowest(bertLayer));
    case "decoder": {
      const { config } = architecture;
      return decoderValues(
        config,
        work,
        lowest((index) => layerName(config, index)),
      );
    }
  }
}

/** What the layers from `lowest` on keep of one token; those below are gone one by one, so that one of them is the least that there is. */
function keptOfLayers(layer: number, hiddenSize: number, layers: number, lowest: number, recompute = false): number {
  const kept = layers - lowest;
  return Math.max(recompute ? kept * hiddenSize + layer : kept * layer, layer);
}

function decoderValues(config: DecoderConfig, work: Workload, lowest: number): Values {
  const { batchSize, maxTokens, answerTokens, evaluationRows } = work;
  const { hiddenSize, intermediateSize, heads, layers, vocabSize } = config;
  const layer = decoderLayerValues(config);
  const logits = Math.min(vocabSize, CLASSES_AT_ONCE);
  const head = answerTokens * (hiddenSize + normed(hiddenSize) + LOGIT_COPIES * logits);
  // Keys and values of every layer are kept to go on from; where rows do, they are padded.
  const cached = 2 * layers * config.keyValueHeads * config.headWidth;
  const attention = maxTokens * attentionWork(heads * config.headWidth);
  return {
    kept: batchSize * maxTokens * (hiddenSize + keptOfLayers(layer, hiddenSize, layers, lowest, work.recompute)),
    working: batchSize * Math.max(head, attention),
    evaluating:
      evaluationRows *
      Math.max(maxTokens * (hiddenSize + cached) + Math.max(maxTokens * layer, head), CACHES * (maxTokens + PADDING) * cached),
    largestWeight: vocabSize * hiddenSize,
    largestActivation: Math.max(batchSize, evaluationRows) * Math.max(maxTokens * intermediateSize, answerTokens * logits),
  };
}

/** What one layer keeps of one token, where rows lie one after the other. */
function decoderLayerValues(config: DecoderConfig): number {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headWidth, names, layers } = config;
  const queryWidth = heads * headWidth;
  const keyWidth = keyValueHeads * headWidth;
  const projected = queryWidth + 2 * keyWidth;
  const linearOutputs = decoderLinears(config).reduce((sum, { outFeatures }) => sum + outFeatures, 0) / layers;
  return (
    2 * normed(hiddenSize) +
    2 * hiddenSize + // residual sums
    linearOutputs +
    (names.queryKeyNorm ? projected + normed(queryWidth) + normed(keyWidth) + projected : 0) + // apart, normed, joined again
    attended(queryWidth, heads) +
    intermediateSize // after the gate or GELU
  );
}

function encoderValues(config: EncoderConfig, work: Workload, lowest: number): Values {
  const { batchSize, maxTokens, evaluationRows } = work;
  const { embeddingSize, hiddenSize, intermediateSize, heads, layers, vocabulary } = config;
  const linearOutputs = encoderLinears(config).reduce((sum, { outFeatures }) => sum + outFeatures, 0);
  let perToken = 4 * embeddingSize + linearOutputs; // embeddings, doubled, their places, the sum
  for (let index = 0; index < layers; index++) {
    const width = layerWidth(config, index);
    perToken += normed(width) + normed(hiddenSize) + 2 * hiddenSize; // norms and residual sums
    perToken += attended(width, heads) + intermediateSize; // relu
  }
  return {
    kept: batchSize * maxTokens * (2 * hiddenSize + keptOfLayers(perToken / layers, hiddenSize, layers, lowest, work.recompute)),
    working: batchSize * maxTokens * attentionWork(hiddenSize),
    evaluating: evaluationRows * maxTokens * (perToken / layers + 2 * hiddenSize),
    largestWeight: vocabulary * embeddingSize,
    largestActivation: Math.max(batchSize, evaluationRows) * maxTokens * intermediateSize,
  };
}

function bertValues(config: BertConfig, work: Workload, lowest: number): Values {
  const { batchSize, maxTokens, evaluationRows } = work;
  const { hiddenSize, intermediateSize, heads, layers, vocabulary } = config;
  const linearOutputs = bertLinears(config).reduce((sum, { outFeatures }) => sum + outFeatures, 0) / layers;
  // Residual sums and what their norms make of them; what GELU makes.
  const layer = linearOutputs + 2 * (hiddenSize + normed(hiddenSize)) + attended(hiddenSize, heads) + intermediateSize;
  const around = 3 * hiddenSize + normed(hiddenSize); // embeddings, their places, the sum and its norm
  return {
    kept: batchSize * maxTokens * (around + keptOfLayers(layer, hiddenSize, layers, lowest, work.recompute)),
    working: batchSize * maxTokens * attentionWork(hiddenSize),
    evaluating: evaluationRows * maxTokens * (around + layer),
    largestWeight: vocabulary * hiddenSize,
    largestActivation: Math.max(batchSize, evaluationRows) * maxTokens * intermediateSize,
  };
}

/** What a norm adds is its output. */
function normed(width: number): number {
  return width;
}

/** Attention's output, and one number per query. */
function attended(queryWidth: number, heads: number): number {
  return queryWidth + heads;
}

/** Per token, while attention goes backward: the gradients of its output and of what it read. */
function attentionWork(queryWidth: number): number {
  return 4 * queryWidth;
}
