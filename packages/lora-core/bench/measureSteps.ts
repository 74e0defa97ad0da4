/** Times LoRA training steps: forward, backward, AdamW, and the loss read back, which waits for the backend. */
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter, Example } from "../src/models/languageModel.ts";
import { createAdamW } from "../src/optim/adamW.ts";
import type { NamedTensors } from "../src/tensors/namedTensors.ts";
import { uploadAdapter } from "../src/training/deviceAdapter.ts";

export type Loss = (batch: readonly Example[], adapter: DeviceAdapter) => tf.Scalar;

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
  readonly medianMs: number;
  readonly tokensPerSecond: number;
  /** Of every step, nats. */
  readonly losses: readonly number[];
}

/** Trains a copy of the adapter on the one batch again and again. */
export async function measureSteps(loss: Loss, options: StepOptions): Promise<Measured> {
  const adapter = uploadAdapter(options.adapter, { scale: 2, trainable: true });
  const optimizer = createAdamW(adapter.variables, { weightDecay: 0 });
  const losses: number[] = [];
  const times: number[] = [];
  for (let step = 0; step < options.warmUp + options.measured; step++) {
    const start = performance.now();
    const value = tf.tidy(() => {
      const found = tf.variableGrads(() => loss(options.batch, adapter), [...adapter.variables]);
      const gradients = adapter.variables.map(({ name }) => found.grads[name] ?? tf.scalar(Number.NaN));
      optimizer.apply(gradients, 1e-3);
      return found.value;
    });
    losses.push((await value.data())[0] ?? Number.NaN);
    value.dispose();
    times.push(performance.now() - start);
  }
  optimizer.dispose();
  adapter.dispose();
  const sorted = times.slice(options.warmUp).sort((a, b) => a - b);
  const medianMs = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return { medianMs, tokensPerSecond: (1000 * options.tokens) / medianMs, losses };
}
