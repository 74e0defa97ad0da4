/**
 * The one interface behind which base models live: a frozen base with LoRA adapters on its linear layers.
 * Two families: `encoder` scores candidate answers by similarity, `causal-lm` by likelihood, and generates text.
 */

import type { LinearModule } from "@duet/lora-core/adapters/adapterConfig";
import type { ModelFamily } from "@duet/lora-core/architectures/modelConfig";
import type { GenerateOptions, Prediction } from "@duet/lora-core/contract/answering";
import type { Row } from "@duet/lora-core/data/row";
import type { Task } from "@duet/lora-core/data/task";
import type { HostTensor } from "@duet/lora-core/tensors/namedTensors";
import type { Scalar, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { Dropout, LoraFactors, RowProbes } from "../ops/loraLinear/loraUpdate.ts";

/** An adapter on the backend. The tensors belong to whoever made it; a model only reads them. */
export interface DeviceAdapter {
  /** s in W x + s B A x. */
  readonly scale: number;
  /** Factors by linear module name; modules without an entry are left as in the base. */
  readonly factors: ReadonlyMap<string, LoraFactors>;
  /** By module: what every row's own gradients flow to, in place of the factors. */
  readonly probes?: ReadonlyMap<string, RowProbes>;
  /** V [L, D], label prototypes; left out: labels are what their texts say. */
  readonly labels?: Tensor2D;
}

/** A row as token ids in host memory. */
export interface Example {
  /** All tokens the model reads for this row. */
  readonly tokens: Int32Array;
  /** Index in `tokens` of the first answer token; equals `tokens.length` where the answer is not read (encoder). */
  readonly answerStart: number;
  /** Index into the task's labels; -1 in a text task. */
  readonly label: number;
}

/** One scored unit: the label of an encoder's row, or one token of a causal LM's answer. */
export interface Choice {
  /** Index into the C choices of the logits. */
  readonly choice: number;
  /** What it follows in the answer; equal contexts choose from the same distribution when nothing is known of the input. */
  readonly context: string;
}

/** What scoring says of one example. */
export interface Scored {
  /** Predicted index into the task's labels; -1 in a text task. */
  readonly label: number;
  /** Sum of the loss over the scored units (1 per row for an encoder, answer tokens for a causal LM), nats. */
  readonly lossSum: number;
  readonly units: number;
}

/** How a pass of a training step computes; null where a function takes one drops nothing and keeps everything. */
export interface TrainingPass {
  readonly dropout: Dropout | null;
  /** Keeps the inputs of every layer only and computes the rest again in the backward pass: less memory, about a third more time. */
  readonly recompute: boolean;
}

/** A base model bound to a task. */
export interface TaskModel {
  /** Tokenises a row, cut to `maxTokens`. @throws {RangeError} when the answer is not one of the task's labels. */
  encode(row: Row, maxTokens: number): Example;
  /** Tokenises an input without an answer, cut as {@link encode} cuts one. */
  encodeInput(input: string, maxTokens: number): Int32Array;
  /**
   * Mean loss over the scored units of the batch, in nats; differentiable in the adapter's factors, never in the base.
   * Call inside tf.tidy or tf.variableGrads. `adapter` null is the untouched base.
   */
  loss(batch: readonly Example[], adapter: DeviceAdapter | null, pass: TrainingPass | null): Scalar;
  /**
   * Whether a pass of {@link loss} reads the tokens of the batch's rows one after the other and nothing else, and a row is one scored unit: then
   * every row's own gradients come of one pass (training/rowGradients.ts).
   */
  readonly readsRowsAsTheyAre: boolean;
  /** Losses [K] of the scored units one by one, in the order of the batch: what the loss is the mean of. */
  losses(batch: readonly Example[], adapter: DeviceAdapter | null, pass: TrainingPass | null): Tensor1D;
  /** Scores [K, C] before softmax of every choice at each of the batch's K scored units; as differentiable as the loss. */
  logits(batch: readonly Example[], adapter: DeviceAdapter | null, pass: TrainingPass | null): Tensor2D;
  /** What is right at each scored unit of an example; one entry per row of {@link logits}. */
  choices(example: Example): readonly Choice[];
  /**
   * What these rows make of label prototypes before any step: V [L, D] (encoder/labelPrototypes.ts). Null where labels are no vectors.
   */
  readonly prototypesOf: ((rows: readonly Example[]) => Promise<HostTensor>) | null;
  /** Predictions and losses without gradients. */
  score(batch: readonly Example[], adapter: DeviceAdapter | null): Promise<readonly Scored[]>;
  /** Labels of inputs from `encodeInput`; null in a text task. */
  readonly predict: ((inputs: readonly Int32Array[], adapter: DeviceAdapter | null) => Promise<readonly Prediction[]>) | null;
  /** The likeliest answers to the prompts of these examples, in a text task; null where there is nothing to write. */
  readonly write:
    | ((batch: readonly Example[], adapter: DeviceAdapter | null, options: WriteOptions) => Promise<readonly WrittenAnswer[]>)
    | null;
  /** Disposes what `prepare` made (labels on the backend); the model stays. */
  dispose(): void;
}

export interface WriteOptions {
  readonly maxNewTokens: number;
  /** Runs before every pass and may throw to stop. */
  readonly beforeToken: () => Promise<void>;
}

export interface WrittenAnswer {
  readonly written: string;
  /** The example's own answer. */
  readonly wanted: string;
}

export interface LanguageModel {
  readonly family: ModelFamily;
  readonly linears: readonly LinearModule[];
  /** @throws {RangeError} when this family cannot do this kind of task. */
  prepare(task: Task): Promise<TaskModel>;
  /** Embeddings by the untouched base, each of length 1, of texts as tokens: of sentences by an encoder, of prompts by a decoder. */
  readonly embed: (texts: readonly Int32Array[]) => Promise<readonly (readonly number[])[]>;
  /** Text generation, where the family can. */
  readonly generate: Generate | null;
  /** Frees the frozen weights. */
  dispose(): void;
}

export interface GenerateRequest {
  /** What a row's input would be; formatted as in training. */
  readonly input: string;
  readonly adapter: DeviceAdapter | null;
  readonly options: GenerateOptions;
  /** Runs before every token and may throw to stop. */
  readonly beforeToken: () => Promise<void>;
}

/** The answer as pieces of text, none of which cuts a character; leaving the loop early stops the computation. */
export type Generate = (request: GenerateRequest) => AsyncGenerator<string, void>;
