/** The inner optimiser: AdamW steps on what a learner moves, over a client's own examples. */

import { poissonSample } from "@duet/lora-core/differentialPrivacy/poissonSample";
import { workError } from "@duet/lora-core/errors/workError";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { type Random, random } from "@duet/lora-core/tensors/random";
import { rateFactor } from "@duet/lora-core/training/learningRate";
import type { TrainingConfig } from "@duet/lora-core/training/trainingConfig";
import * as tf from "@tensorflow/tfjs";
import type { Example, TaskModel } from "../models/languageModel.ts";
import { createAdamW } from "../optim/adamW.ts";
import { batches } from "./batches.ts";
import { createLearner, type Learner, type LearnerSettings, type LossAndGradients, type TrainingTask } from "./learner.ts";
import { createPendingLosses, type ReadLoss } from "./pendingLosses.ts";
import { privateGradients } from "./privateGradients.ts";
import { averagedGradients, averageState, type TeamStep, type TeamSteps } from "./teamSteps.ts";
import type { TrainingState } from "./trainingState.ts";

/** How steps are taken with differential privacy of rows. */
export interface PrivateSteps {
  /** Every row is in a step's sample with this probability. */
  readonly samplingRate: number;
  readonly clip: number;
  readonly noiseMultiplier: number;
  /** Of samples, noise and dropout: cryptographic but in tests. */
  readonly uniform: Random;
  /** Counts a step before it is taken; false when the budget affords no more. */
  readonly charge: () => Promise<boolean>;
}

/** Steps of whatever is trained. */
export interface StepsRun extends LearnerSettings, Pick<TrainingTask, "span"> {
  /** At most: with privacy training ends where the budget does. */
  readonly steps: number;
  readonly config: TrainingConfig;
  /** Batch order and dropout of this run alone; with privacy nothing comes of it. */
  readonly seed: number;
  /** Left out: rows are trained on as they are. */
  readonly privacy?: PrivateSteps | null;
  /** Left out: this device trains alone. */
  readonly team?: TeamSteps | null;
  /** Runs before every step and may throw to stop. */
  readonly beforeStep: () => Promise<void>;
  /**
   * For every step, in order: steps done, that step's loss in nats, and tokens read since the start. On a GPU for several steps at a
   * time, and no later than a state is read.
   */
  readonly onStep: (done: number, loss: number, tokens: number) => void;
  /** Left out: it begins at its first step, and nobody asks where it is. */
  readonly keeping?: TrainingKeeping;
}

export type TrainingRun = TrainingTask & StepsRun;

export interface TrainingKeeping {
  /** Where it goes on; null at its first step. */
  readonly from: TrainingState | null;
  /** After every step but the last. `read` reads the state off the backend, and must be over before this is. */
  readonly betweenSteps: (read: () => Promise<TrainingState>) => Promise<void>;
}

export interface TrainingOutcome {
  readonly adapter: NamedTensors;
  /** This client's new control variate; null where none was asked for. */
  readonly control: NamedTensors | null;
  /** Mean loss over the run's steps, nats; null where it took none. */
  readonly meanLoss: number | null;
  /** Tokens read, padding not counted. */
  readonly tokens: number;
}

/**
 * Trains a copy of `start`, or goes on with such a training; `start` is untouched.
 * @throws as {@link takeSteps}.
 */
export async function trainAdapter(
  model: TaskModel,
  examples: readonly Example[],
  start: NamedTensors,
  run: TrainingRun,
): Promise<TrainingOutcome> {
  if (run.privacy && run.team)
    throw new RangeError("A team cannot train with differential privacy: who draws its samples is one device");
  if (run.privacy && run.balanced) throw new RangeError("A balanced loss reads the counts of labels, which no noise covers");
  const from = run.keeping?.from?.adapter;
  return takeSteps(model, examples, createLearner(model, examples, from ?? start, run, run), run);
}

/**
 * Takes `steps` fresh AdamW steps with linear warm-up, a rate that may fall, and global-norm clipping, or goes on with such a training
 * to the same bits. The learner begins where the training does, or goes on; it and everything on the backend is freed, also when a step throws.
 * @throws {DuetError} LOSS_NOT_FINITE as soon as a loss is read that is not finite, naming the step; with privacy, when the result is not.
 */
export async function takeSteps(
  model: TaskModel,
  examples: readonly Example[],
  learner: Learner,
  run: StepsRun,
): Promise<TrainingOutcome> {
  const from = run.keeping?.from ?? null;
  const { variables, terms } = learner;
  const optimizer = createAdamW(variables, { weightDecay: run.config.weightDecay, rates: learner.rates });
  const { batchSize } = run.config;
  const stream = batches(examples, { batchSize, lengthOf: ({ tokens }) => tokens.length }, random(run.seed, "batches"));
  const factor = rateFactor(run.config, run.steps, run.span ?? null);
  const learningRate = (step: number) => run.config.learningRate * factor(step);
  const losses = createPendingLosses(() => performance.now());
  let done = from?.done ?? 0;
  let lossSum = from?.lossSum ?? 0;
  let tokens = from?.tokens ?? 0;
  /** Since the last averaging of a team. */
  let since = { units: 0, tokens: 0 };
  try {
    if (from) goOn(from);
    while (done < run.steps) {
      await run.beforeStep();
      if (run.privacy && !(await run.privacy.charge())) break;
      const batch = run.privacy ? poissonSample(examples, run.privacy.samplingRate, run.privacy.uniform) : stream.next().value;
      if (run.team?.every === 1) await stepTogether(batch, run.team);
      else await stepAlone(batch);
      if (losses.isDue()) await look();
      if (run.team) await comeTogether(run.team);
      if (done < run.steps) await run.keeping?.betweenSteps(() => look().then(read));
    }
    await look();
    const trained = await learner.read();
    const control = done > 0 ? await terms.meanGradient(trained) : null;
    if (run.privacy) assertTrained(trained);
    return { adapter: trained, control, meanLoss: done > 0 ? lossSum / done : null, tokens };
  } finally {
    optimizer.dispose();
    losses.dispose();
    learner.dispose();
  }

  async function stepAlone(batch: readonly Example[]): Promise<void> {
    const loss = run.privacy ? await takePrivateStep(done, batch, run.privacy) : takeStep(done, batch);
    done += 1;
    tokens += tokensOf(batch);
    since = { units: since.units + unitsOf(batch), tokens: since.tokens + tokensOf(batch) };
    if (typeof loss === "number") tell({ done, loss, tokens });
    else losses.add({ done, loss, tokens });
  }

  async function stepTogether(batch: readonly Example[], team: TeamSteps): Promise<void> {
    const step = await takeTeamStep(done, batch, team);
    done += 1;
    tokens += step.tokens;
    tell({ done, loss: step.loss, tokens });
  }

  /** Where it is time to. */
  async function comeTogether(team: TeamSteps): Promise<void> {
    if (done % team.every !== 0 && done < run.steps) return;
    if (team.every > 1) {
      await look();
      const mean = await averageState(team, done, { variables, optimizer, terms, lossSum, ...since });
      [lossSum, tokens] = [mean.lossSum, tokens - since.tokens + mean.tokens];
      since = { units: 0, tokens: 0 };
    }
    if (done < run.steps) await team.averaged(done, () => look().then(read));
  }

  function tell({ done, loss, tokens }: ReadLoss): void {
    lossSum += loss;
    run.onStep(done, loss, tokens);
  }

  /** Waits for the steps so far. */
  async function look(): Promise<void> {
    for (const step of await losses.read()) {
      if (!Number.isFinite(step.loss)) {
        throw workError("LOSS_NOT_FINITE", ["lossNotFinite", step.done]);
      }
      tell(step);
    }
  }

  async function read(): Promise<TrainingState> {
    const [values, state, gradients] = await Promise.all([learner.read(), optimizer.exportState(), terms.exportSums()]);
    return { done, adapter: values, optimizer: state, gradients, lossSum, tokens };
  }

  /** The adapter is there already. */
  function goOn({ optimizer: state, gradients }: TrainingState): void {
    optimizer.importState(state);
    terms.importSums(gradients);
    for (let step = 0; step < done; step++) stream.next();
  }

  /** One forward, backward and update. Returns the batch's loss before the update, in nats, which nothing has waited for. */
  function takeStep(step: number, batch: readonly Example[]): tf.Scalar {
    return tf.tidy(() => {
      const { loss: mean, gradients } = accumulated(step, batch);
      update(step, gradients);
      return mean;
    });
  }

  function update(step: number, plain: readonly tf.Tensor[]): void {
    const { gradients, factor } = learner.clipped(terms.apply(plain), run.config.clipNorm);
    optimizer.apply(gradients, learningRate(step), factor);
  }

  /** The same of the mean of a team's gradients. */
  async function takeTeamStep(step: number, batch: readonly Example[], team: TeamSteps): Promise<TeamStep> {
    const [loss, ...gradients] = tf.tidy(() => {
      const own = accumulated(step, batch);
      return [own.loss, ...own.gradients] as [tf.Scalar, ...tf.Tensor[]];
    });
    const sizes = { units: unitsOf(batch), tokens: tokensOf(batch) };
    const mean = await averagedGradients(team, step + 1, { loss, gradients, ...sizes });
    if (!Number.isFinite(mean.loss)) throw workError("LOSS_NOT_FINITE", ["lossNotFinite", step + 1]);
    tf.tidy(() => update(step, mean.gradients));
    tf.dispose([...mean.gradients]);
    return mean;
  }

  /** What a mean over a batch is of. */
  function unitsOf(rows: readonly Example[]): number {
    return rows.reduce((sum, row) => sum + model.choices(row).length, 0);
  }

  /** The same of noisy gradients, which are all that the optimiser ever sees. A sample without rows is a step all the same. */
  async function takePrivateStep(step: number, rows: readonly Example[], privacy: PrivateSteps): Promise<number> {
    const { ofRows } = learner;
    if (!ofRows) throw new RangeError("Private training needs the gradients of every row by itself");
    const { loss, gradients: noisy } = await privateGradients({
      ...privacy,
      rows,
      gradientsOf: (piece) => ofRows.gradients(piece, Math.floor(privacy.uniform() * 2 ** 31)),
      rowsAtOnce: ofRows.atOnce,
      shapes: variables.map(({ shape }) => shape),
      expectedRows: privacy.samplingRate * examples.length,
      beforePass: run.beforeStep,
    });
    tf.tidy(() => optimizer.apply(terms.apply(noisy), learningRate(step)));
    tf.dispose([...noisy]);
    return loss;
  }

  function dropoutSeed(step: number, index: number): number {
    return Math.floor(random(run.seed, "dropout", step, index)() * 2 ** 31);
  }

  /** The batch in pieces of `rowsAtOnce`, each weighted by its scored units: the same as the whole at once, up to rounding. */
  function accumulated(step: number, batch: readonly Example[]): LossAndGradients {
    const pieces = inPieces(batch, run.memory.rowsAtOnce);
    const all = unitsOf(batch);
    const gradientsOf = learner.on(pieces);
    let sum: LossAndGradients | null = null;
    for (const [index, rows] of pieces.entries()) {
      const seed = dropoutSeed(step, index);
      if (pieces.length === 1) return gradientsOf(index, seed);
      const before: LossAndGradients | null = sum;
      sum = tf.tidy(() => added(before, gradientsOf(index, seed), unitsOf(rows) / all));
      if (before) tf.dispose([before.loss, ...before.gradients]);
    }
    if (!sum) throw new RangeError("A batch needs at least one row");
    return sum;
  }
}

function inPieces(batch: readonly Example[], most: number): readonly (readonly Example[])[] {
  const pieces: (readonly Example[])[] = [];
  for (let start = 0; start < batch.length; start += most) pieces.push(batch.slice(start, start + most));
  return pieces;
}

const tokensOf = (rows: readonly Example[]): number => rows.reduce((sum, { tokens }) => sum + tokens.length, 0);

/** Of noisy steps the result alone may be judged: a single loss that is not finite would tell of a row. */
function assertTrained(trained: NamedTensors): void {
  const isUsable = [...trained.values()].every(({ data }) => data.every(Number.isFinite));
  if (!isUsable) throw workError("LOSS_NOT_FINITE", ["adapterNotFinite"]);
}

/** sum + weight * more */
function added(sum: LossAndGradients | null, more: LossAndGradients, weight: number) {
  const plus = <T extends tf.Tensor>(before: T | undefined, value: T): T => {
    const weighted = tf.mul<T>(value, weight);
    return before ? tf.add<T>(before, weighted) : weighted;
  };
  return {
    loss: plus(sum?.loss, more.loss),
    gradients: more.gradients.map((gradient, i) => plus(sum?.gradients[i], gradient)),
  };
}
