/** Times LoRA training steps in TF.js: forward, backward, AdamW, and the loss read back, which waits for the backend. */
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter, Example } from "../src/models/languageModel.ts";
import { createAdamW } from "../src/optim/adamW.ts";
import type { NamedTensors } from "../src/tensors/namedTensors.ts";
import { type OwnedAdapter, uploadAdapter } from "../src/training/deviceAdapter.ts";
import { countDispatches } from "./countDispatches.ts";

export type Loss = (batch: readonly Example[], adapter: DeviceAdapter) => tf.Scalar;

/** s of the adapter in every contest: alpha = 2 R. */
export const ADAPTER_SCALE = 2;
export const LEARNING_RATE = 1e-3;

export interface StepOptions {
  readonly batch: readonly Example[];
  /** Tokens the model reads in one step. */
  readonly tokens: number;
  /** Where the training starts; only read. */
  readonly adapter: NamedTensors;
  /** Steps that are run first and not counted. */
  readonly warmUp: number;
  readonly measured: number;
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
  /** Of every step, nats. */
  readonly losses: readonly number[];
}

/** Trains a copy of the adapter on the one batch again and again. Nothing else may hold tensors that are not the model's. */
export async function measureSteps(loss: Loss, options: StepOptions): Promise<Measured> {
  const adapter = uploadAdapter(options.adapter, { scale: ADAPTER_SCALE, trainable: true });
  const optimizer = createAdamW(adapter.variables, { weightDecay: 0 });
  const step = () => trainOnce(loss, options.batch, adapter, optimizer);
  const losses: number[] = [];
  const times: number[] = [];
  for (let index = 0; index < options.warmUp + options.measured; index++) {
    const start = performance.now();
    losses.push(await step());
    times.push(performance.now() - start);
  }
  // The profiler slows the step down, so the step it sees is one more, whose time does not count.
  const { peakBytes, result } = await tf.profile(() => trainOnceSync(loss, options.batch, adapter, optimizer));
  tf.dispose(result);
  const dispatches = tf.getBackend() === "webgpu" ? await countDispatches(step) : null;
  optimizer.dispose();
  adapter.dispose();
  return summary(options, { losses, times, peakBytes, dispatches });
}

async function trainOnce(...step: Parameters<typeof trainOnceSync>): Promise<number> {
  const value = trainOnceSync(...step);
  const [loss = Number.NaN] = await value.data();
  value.dispose();
  return loss;
}

function trainOnceSync(
  loss: Loss,
  batch: readonly Example[],
  adapter: OwnedAdapter,
  optimizer: ReturnType<typeof createAdamW>,
): tf.Scalar {
  return tf.tidy(() => {
    const variables = [...adapter.variables];
    const found = tf.variableGrads(() => loss(batch, adapter), variables);
    const gradients = variables.map(({ name }) => found.grads[name] ?? tf.scalar(Number.NaN));
    optimizer.apply(gradients, LEARNING_RATE);
    return found.value;
  });
}

interface Steps {
  readonly losses: readonly number[];
  /** ms */
  readonly times: readonly number[];
  readonly peakBytes: number | null;
  readonly dispatches: number | null;
}

/** Steps to warm up are in the losses and not in the times. */
export function summary(options: StepOptions, { losses, times, peakBytes, dispatches }: Steps): Measured {
  const sorted = times.slice(options.warmUp).sort((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  const msPerStep = quantile(0.5);
  return {
    msPerStep,
    spreadMs: (quantile(0.75) - quantile(0.25)) / 2,
    tokensPerSecond: (1000 * options.tokens) / msPerStep,
    peakBytes,
    dispatches,
    losses,
  };
}
