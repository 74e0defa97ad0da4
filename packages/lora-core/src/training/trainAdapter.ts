/** The inner optimiser: AdamW steps on one adapter over a client's own examples. */
import * as tf from "@tensorflow/tfjs";
import type { Example, TaskModel } from "../models/languageModel.ts";
import { createAdamW } from "../optim/adamW.ts";
import { clipByGlobalNorm } from "../optim/clipByGlobalNorm.ts";
import { warmupConstant } from "../optim/schedule.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { random } from "../tensors/random.ts";
import { batches } from "./batches.ts";
import { downloadAdapter, uploadAdapter } from "./deviceAdapter.ts";
import type { TrainingConfig } from "./trainingConfig.ts";

export interface TrainingRun {
  readonly steps: number;
  readonly scale: number;
  readonly dropout: number;
  readonly config: TrainingConfig;
  /** Batch order and dropout of this run alone. */
  readonly seed: number;
  /** Runs before every step and may throw to stop. */
  readonly beforeStep: () => Promise<void>;
  /** After every step: steps done, that step's loss in nats, and tokens read since the start. */
  readonly onStep: (done: number, loss: number, tokens: number) => void;
}

export interface TrainingOutcome {
  readonly adapter: NamedTensors;
  /** Mean loss over the run's steps, nats. */
  readonly meanLoss: number;
  /** Tokens read, padding not counted. */
  readonly tokens: number;
}

/**
 * Trains a copy of `start` for `steps` fresh AdamW steps with linear warm-up and global-norm clipping. `start` is untouched and
 * everything on the backend is freed, also when a step throws.
 * @throws {Error} as soon as a loss is not finite, naming the step.
 */
export async function trainAdapter(
  model: TaskModel,
  examples: readonly Example[],
  start: NamedTensors,
  run: TrainingRun,
): Promise<TrainingOutcome> {
  const adapter = uploadAdapter(start, { scale: run.scale, trainable: true });
  const optimizer = createAdamW(adapter.variables, { weightDecay: run.config.weightDecay });
  const { batchSize } = run.config;
  const stream = batches(examples, { batchSize, lengthOf: ({ tokens }) => tokens.length }, random(run.seed, "batches"));
  const learningRate = warmupConstant(run.config.learningRate, run.config.warmupSteps);
  let lossSum = 0;
  let tokens = 0;
  try {
    for (let step = 0; step < run.steps; step++) {
      await run.beforeStep();
      const batch = stream.next().value;
      const loss = takeStep(step, batch);
      const [value = Number.NaN] = await loss.data();
      loss.dispose();
      if (!Number.isFinite(value)) {
        throw new Error(`The loss is not a number after step ${step + 1}. Lower the learning rate and start again.`);
      }
      lossSum += value;
      tokens += batch.reduce((sum, example) => sum + example.tokens.length, 0);
      run.onStep(step + 1, value, tokens);
    }
    return { adapter: await downloadAdapter(adapter, start), meanLoss: lossSum / run.steps, tokens };
  } finally {
    optimizer.dispose();
    adapter.dispose();
  }

  /** One forward, backward and update; no read-back. Returns the batch's loss before the update. */
  function takeStep(step: number, batch: readonly Example[]): tf.Scalar {
    const dropout = run.dropout > 0 ? { rate: run.dropout, seed: run.seed + step } : null;
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => model.loss(batch, adapter, dropout), [...adapter.variables]);
      const gradients = adapter.variables.map((variable) => grads[variable.name] as tf.Tensor);
      optimizer.apply(clipByGlobalNorm(gradients, run.config.clipNorm), learningRate(step));
      return value;
    });
  }
}
