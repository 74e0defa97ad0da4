/** What is measured on: one model, one batch, one adapter, and the same mathematics in every contestant. */

import type { LinearModule } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import type { DecoderLinear } from "@duet/lora-core/architectures/decoderConfig";
import { decoderLinears } from "@duet/lora-core/architectures/decoderConfig";
import { encoderLinears } from "@duet/lora-core/architectures/encoderConfig";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { Task } from "@duet/lora-core/data/task";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import type { Example, TaskModel } from "../src/models/languageModel.ts";
import { loadModel } from "../src/models/loadModel.ts";
import type { ModelFiles } from "../src/models/modelFiles.ts";
import { type CausalBatch, createJaxCausalLm } from "./jaxCausalLm.ts";
import { createJaxEncoder, type EncoderBatch } from "./jaxEncoder.ts";
import type { JaxModel } from "./jaxSteps.ts";
import { ADAPTER_SCALE, type Loss, type StepOptions } from "./measureSteps.ts";
import { createStockCausalLm } from "./stockCausalLm.ts";
import { createStockEncoder } from "./stockEncoder.ts";

/** A loss on the current TF.js backend; whoever makes it disposes it, so that only one contestant is in memory at a time. */
interface StockModel {
  readonly loss: Loss;
  dispose(): void;
}

interface OwnModel extends StockModel {
  readonly task: TaskModel;
}

export interface Subject extends StepOptions {
  /** Of the model and the batch. */
  readonly name: string;
  readonly model: string;
  /** Like the adapter, with other numbers. */
  readonly secondAdapter: NamedTensors;
  readonly flops: Flops;
  ours(): Promise<OwnModel>;
  stock(): Promise<StockModel>;
  /** The batch as plain arrays, for the peers outside TF.js. */
  arrays(): Promise<BatchArrays>;
  jax(arrays: BatchArrays): JaxModel;
}

export type BatchArrays = EncoderBatch | CausalBatch;

export interface ContestOptions {
  readonly readModel: (id: string) => Promise<ModelFiles>;
  /** Text that the rows are cut from. */
  readonly text: string;
  readonly warmUp: number;
  readonly measured: number;
}

export const RANK = 8;
/** Answer tokens per row of a decoder: a label and the end. */
export const ANSWER_TOKENS = 4;
export const TEMPERATURE = 16;
const LABELS = ["definitions", "copyright", "patents", "redistribution", "trademarks", "warranty", "liability", "appendix"];

/** Sentence encoder, whole rows, one label each. */
export async function encoderSubject(options: ContestOptions, rows: number, length: number): Promise<Subject> {
  const files = await options.readModel("use-lite");
  const { config, family, kind } = parseArchitecture(files.config);
  if (kind !== "use-lite") throw new Error("models/use-lite is another model");
  const tokenizer = createTextTokenizer(files.tokenizer);
  const batch = chunks(tokenizer.encode(options.text), rows, length).map((tokens, row) => ({
    tokens,
    answerStart: tokens.length,
    label: row % LABELS.length,
  }));
  const labels = LABELS.map((label) => Int32Array.from(tokenizer.encode(label)));
  const stock = async () => createStockEncoder({ config, checkpoint: files.weights, labels, temperature: TEMPERATURE });
  const attention = { layers: config.layers, heads: config.heads, headWidth: config.hiddenSize / config.heads };
  return {
    ...options,
    ...adapterAndSize("use-lite", files, { rows, length, batch }),
    flops: flopsOf(encoderLinears(config), { rows, length, attention, head: 0 }),
    ours: () => ours(files, { kind: "label", labels: LABELS }),
    stock,
    arrays: async () => {
      const embedder = await stock();
      const targets = embedder.targets();
      embedder.dispose();
      return {
        family,
        rows,
        length,
        ids: joined(batch.map(({ tokens }) => tokens)),
        labels: Int32Array.from(batch, ({ label }) => label),
        targets,
        temperature: TEMPERATURE,
      };
    },
    jax: (arrays) => {
      if (arrays.family !== "encoder") throw new TypeError("An encoder's batch is needed");
      return createJaxEncoder(config, files.weights, arrays);
    },
  };
}

/** Decoder, rows of `length` tokens and one more, which is only predicted. */
export async function causalSubject(options: ContestOptions, rows: number, length: number): Promise<Subject> {
  const files = await options.readModel("duet-tiny");
  const { config, family } = parseArchitecture(files.config);
  if (family !== "causal-lm") throw new Error("models/duet-tiny is not a causal LM");
  const text = createTextTokenizer(files.tokenizer).encode(options.text);
  const batch = chunks(text, rows, length + 1).map((tokens) => ({
    tokens,
    answerStart: tokens.length - ANSWER_TOKENS,
    label: -1,
  }));
  const head = rows * ANSWER_TOKENS * config.hiddenSize * config.vocabSize;
  return {
    ...options,
    ...adapterAndSize("duet-tiny", files, { rows, length, batch }),
    flops: flopsOf(decoderLinears(config), { rows, length, attention: config, head }),
    ours: () => ours(files, { kind: "text" }),
    stock: async () => createStockCausalLm(config, files.weights),
    arrays: async () => {
      const scored = batch.flatMap(({ answerStart, tokens }, row) =>
        Array.from(tokens.subarray(answerStart), (target, i) => ({ at: row * length + answerStart + i - 1, target })),
      );
      return {
        family,
        rows,
        length,
        ids: joined(batch.map(({ tokens }) => tokens.subarray(0, -1))),
        positions: Int32Array.from(scored, ({ at }) => at),
        targets: Int32Array.from(scored, ({ target }) => target),
      };
    },
    jax: (arrays) => {
      if (arrays.family !== "causal-lm") throw new TypeError("A decoder's batch is needed");
      return createJaxCausalLm(config, files.weights, arrays);
    },
  };
}

async function ours(files: ModelFiles, task: Task): Promise<OwnModel> {
  const model = loadModel(files);
  const bound = await model.prepare(task);
  return {
    task: bound,
    loss: (batch, adapter) => bound.loss(batch, adapter, { dropout: null, recompute: false }),
    dispose: () => {
      bound.dispose();
      model.dispose();
    },
  };
}

interface Batch {
  readonly rows: number;
  readonly length: number;
  readonly batch: readonly Example[];
}

function adapterAndSize(model: string, files: ModelFiles, { rows, length, batch }: Batch) {
  return {
    name: `${model}/${rows}x${length}`,
    model,
    batch,
    tokens: rows * length,
    adapter: benchAdapter(files, 1),
    secondAdapter: benchAdapter(files, 2),
  };
}

/** An initial adapter of the model, and every number moved a little, so that its update is not zero. */
export function benchAdapter({ config }: ModelFiles, seed: number): NamedTensors {
  const { linears, defaultTargets } = parseArchitecture(config);
  const targetModules = [...defaultTargets];
  const layout = adapterLayout(linears, { rank: RANK, alpha: ADAPTER_SCALE * RANK, dropout: 0, targetModules });
  const uniform = random(seed, "benchAdapter");
  const moved = (data: Float32Array) => data.map((value) => value + 0.02 * (uniform() - 0.5));
  return new Map([...initialAdapter(layout, seed)].map(([key, { shape, data }]) => [key, { shape, data: moved(data) }]));
}

/** Multiplications and additions. */
interface Flops {
  readonly forward: number;
  /** Forward and backward. */
  readonly step: number;
}

interface StepShape {
  readonly rows: number;
  readonly length: number;
  readonly attention: { readonly layers: number; readonly heads: number; readonly headWidth: number };
  /** Multiplications of the output head in the forward pass. */
  readonly head: number;
}

/**
 * A frozen product costs 2 in its forward and 2 in its backward pass (no gradient of the weight), attention's two products 2 and
 * 4 for every pair of tokens. The adapter's own products, under 5 % at these ranks, are left out.
 */
function flopsOf(linears: readonly (LinearModule | DecoderLinear)[], { rows, length, attention, head }: StepShape): Flops {
  const weights = linears.reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0);
  const pairs = attention.layers * attention.heads * rows * length * length * attention.headWidth;
  const products = rows * length * weights + head;
  return { forward: 2 * products + 4 * pairs, step: 4 * products + 12 * pairs };
}

function joined(rows: readonly Int32Array[]): Int32Array {
  return Int32Array.from(rows.flatMap((row) => [...row]));
}

/** The first `count` pieces of `size` tokens. */
function chunks(ids: readonly number[], count: number, size: number): Int32Array[] {
  if (ids.length < count * size) throw new Error(`The sample text has ${ids.length} tokens, ${count * size} are needed`);
  return Array.from({ length: count }, (_, row) => Int32Array.from(ids.slice(row * size, (row + 1) * size)));
}
