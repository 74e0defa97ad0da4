/** Times work in TF.js, first of all LoRA steps: forward, backward, AdamW, and the loss read back, which waits for the backend. */

import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter, Example } from "../src/models/languageModel.ts";
import { createAdamW } from "../src/optim/adamW.ts";
import { uploadAdapter } from "../src/training/deviceAdapter.ts";
import { countDispatches } from "./countDispatches.ts";

export type Loss = (batch: readonly Example[], adapter: DeviceAdapter) => tf.Scalar;

/** s of the adapter in every contest: alpha = 2 R. */
export const ADAPTER_SCALE = 2;
export const LEARNING_RATE = 1e-3;

/** Does the work once. What it answers has to be the same for all contestants: losses in nats, or tokens. */
type Run = () => Promise<readonly number[]>;

export interface Timing {
  /** Tokens the model reads, or writes, in one step. */
  readonly tokens: number;
  /** Steps that are run first and not counted. */
  readonly warmUp: number;
  readonly measured: number;
}

export interface StepOptions extends Timing {
  readonly batch: readonly Example[];
  /** Where the training starts; only read. */
  readonly adapter: NamedTensors;
}

export interface Measured {
  readonly msPerStep: number;
  /** Half the distance between the quartiles of the measured steps, ms. */
  readonly spreadMs: number;
  readonly tokensPerSecond: number;
  /** Most bytes in tensors at any moment of a step, the frozen base included; null where it cannot be told. */
  readonly peakBytes: number | null;
  /** Kernels that a step starts on the GPU; null where there is none, or it cannot be told. */
  readonly dispatches: number | null;
  /** Of all steps, those to warm up included. */
  readonly answers: readonly number[];
}

/** Trains a copy of the adapter on the one batch again and again. */
export async function measureSteps(loss: Loss, options: StepOptions, optimizerOf?: MakeOptimizer): Promise<Measured> {
  const training = trainingSteps(loss, options.adapter, () => options.batch, optimizerOf);
  try {
    return await measureRuns(training.run, options);
  } finally {
    training.dispose();
  }
}

/** Times the same work again and again, on the current backend. Nothing else may hold tensors that are not the model's. */
export async function measureRuns(run: Run, options: Timing): Promise<Measured> {
  const answers: number[] = [];
  const times: number[] = [];
  for (let index = 0; index < options.warmUp + options.measured; index++) {
    const start = performance.now();
    answers.push(...(await run()));
    times.push(performance.now() - start);
  }
  // The profiler slows the work down, so what it sees is one more, whose time does not count.
  const { peakBytes } = await tf.profile(async () => {
    await run();
    return [];
  });
  const dispatches = tf.getBackend() === "webgpu" ? await countDispatches(run) : null;
  return summary(options, { answers, times, peakBytes, dispatches });
}

export interface TrainingSteps {
  readonly run: Run;
  dispose(): void;
}

/** AdamW without decay, with gradients in the order of the variables, which stay the caller's. */
interface StepOptimizer {
  apply(gradients: readonly tf.Tensor[], learningRate: number): void;
  dispose(): void;
}

type MakeOptimizer = (variables: readonly tf.Variable[]) => StepOptimizer;

const ownAdamW: MakeOptimizer = (variables) => createAdamW(variables, { weightDecay: 0 });

/**
 * TF.js' own Adam, for models of stock TF.js: ours writes a variable where it lies, and TF.js' product on wasm keeps what it packed
 * of its right side for as long as that tensor is there.
 */
export const stockAdam: MakeOptimizer = (variables) => {
  const adam = tf.train.adam(LEARNING_RATE, 0.9, 0.999, 1e-8);
  return {
    apply: (gradients) =>
      adam.applyGradients(variables.map(({ name }, index) => ({ name, tensor: gradients[index] as tf.Tensor }))),
    dispose: () => adam.dispose(),
  };
};

/** A LoRA step on a copy of `start` as {@link Run}; its answer is the loss before the step. The caller disposes it. */
export function trainingSteps(
  loss: Loss,
  start: NamedTensors,
  nextBatch: () => readonly Example[],
  optimizerOf = ownAdamW,
): TrainingSteps {
  const adapter = uploadAdapter(start, { scale: ADAPTER_SCALE, trainable: true });
  const variables = [...adapter.variables];
  const optimizer = optimizerOf(variables);
  return {
    run: async () => {
      const batch = nextBatch();
      const value = tf.tidy(() => {
        const found = tf.variableGrads(() => loss(batch, adapter), variables);
        const gradients = variables.map(({ name }) => found.grads[name] ?? tf.scalar(Number.NaN));
        optimizer.apply(gradients, LEARNING_RATE);
        return found.value;
      });
      return readBack(value);
    },
    dispose: () => {
      optimizer.dispose();
      adapter.dispose();
    },
  };
}

/** The value, which is disposed. */
export async function readBack(value: tf.Tensor): Promise<readonly number[]> {
  const values = [...(await value.data())];
  value.dispose();
  return values;
}

interface Steps {
  readonly answers: readonly number[];
  /** ms */
  readonly times: readonly number[];
  readonly peakBytes: number | null;
  readonly dispatches: number | null;
}

/** Steps to warm up are in the answers and not in the times. */
export function summary(options: Timing, { answers, times, peakBytes, dispatches }: Steps): Measured {
  const sorted = times.slice(options.warmUp).sort((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  const msPerStep = quantile(0.5);
  return {
    msPerStep,
    spreadMs: (quantile(0.75) - quantile(0.25)) / 2,
    tokensPerSecond: (1000 * options.tokens) / msPerStep,
    peakBytes,
    dispatches,
    answers,
  };
}
