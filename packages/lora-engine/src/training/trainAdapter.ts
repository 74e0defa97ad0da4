/** The inner optimiser: AdamW steps on one adapter over a client's own examples. */

import { isPrototypes } from "@duet/lora-core/adapters/adapterLayout";
import { type AdapterPart, entriesOf } from "@duet/lora-core/adapters/adapterPart";
import type { StepMemory } from "@duet/lora-core/architectures/stepMemory";
import { poissonSample } from "@duet/lora-core/differentialPrivacy/poissonSample";
import { workError } from "@duet/lora-core/errors/workError";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { type Random, random } from "@duet/lora-core/tensors/random";
import { rateFactor, type TrainingSpan } from "@duet/lora-core/training/learningRate";
import type { TrainingConfig } from "@duet/lora-core/training/trainingConfig";
import * as tf from "@tensorflow/tfjs";
import type { Example, TaskModel } from "../models/languageModel.ts";
import { createAdamW } from "../optim/adamW.ts";
import { clipFactor } from "../optim/clipByGlobalNorm.ts";
import { batches } from "./batches.ts";
import { downloadAdapter, type OwnedAdapter, sumOnDevice, uploadAdapter } from "./deviceAdapter.ts";
import { type ControlTerm, createGradientTerms, type ProximalTerm } from "./gradientTerms.ts";
import { createObjective, type DistillTerm } from "./objective.ts";
import { createPendingLosses, type ReadLoss } from "./pendingLosses.ts";
import { privateGradients } from "./privateGradients.ts";
import { type RowGradients, rowGradients } from "./rowGradients.ts";
import { averagedGradients, averageState, type TeamStep, type TeamSteps } from "./teamSteps.ts";
import type { TrainingState } from "./trainingState.ts";

/** What is trained, and towards what; a plan's step with its slots filled in. */
export interface TrainingTask {
  readonly part: AdapterPart;
  /** Of the trained adapter in the forward pass. */
  readonly weight: number;
  /** A frozen adapter that is active beside it, of any rank. */
  readonly beside: NamedTensors | null;
  readonly proximal: ProximalTerm | null;
  readonly control: ControlTerm | null;
  readonly distill: DistillTerm | null;
  /** Balanced softmax instead of the plain loss. */
  readonly balanced: boolean;
  /** Over which part of its fall the learning rate goes; left out: it does not fall. */
  readonly span?: TrainingSpan;
}

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

export interface TrainingRun extends TrainingTask {
  /** At most: with privacy training ends where the budget does. */
  readonly steps: number;
  readonly scale: number;
  readonly dropout: number;
  /** Of label prototypes, times the learning rate; left out: 1. */
  readonly prototypeRate?: number;
  readonly memory: StepMemory;
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
 * Trains a copy of `start` for `steps` fresh AdamW steps with linear warm-up, a rate that may fall, and global-norm clipping, or goes on with such a training
 * to the same bits. `start` is untouched and everything on the backend is freed, also when a step throws.
 * @throws {DuetError} LOSS_NOT_FINITE as soon as a loss is read that is not finite, naming the step; with privacy, when the result is not.
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
  const from = run.keeping?.from ?? null;
  const adapter = uploadAdapter(from?.adapter ?? start, { scale: run.scale, trainable: true });
  const beside = run.beside && uploadAdapter(run.beside, { scale: run.scale, trainable: false });
  const moving = movingVariables(adapter, start, run.part);
  const variables = [...moving.values()];
  const terms = createGradientTerms(moving, run);
  const objective = createObjective(model, examples, run);
  const { prototypeRate = 1 } = run;
  const rates = [...moving.keys()].map((key) => (isPrototypes(key) ? prototypeRate : 1));
  const optimizer = createAdamW(variables, { weightDecay: run.config.weightDecay, rates });
  const { batchSize } = run.config;
  const stream = batches(examples, { batchSize, lengthOf: ({ tokens }) => tokens.length }, random(run.seed, "batches"));
  const factor = rateFactor(run.config, run.steps, run.span ?? null);
  const learningRate = (step: number) => run.config.learningRate * factor(step);
  const passesRowsTogether = model.readsRowsAsTheyAre && !beside && run.weight === 1 && !run.memory.recompute;
  const losses = createPendingLosses(() => performance.now());
  let done = from?.done ?? 0;
  let lossSum = from?.lossSum ?? 0;
  let tokens = from?.tokens ?? 0;
  /** Since the last averaging of a team. */
  let since = { units: 0, tokens: 0 };
  /** What the forward pass sees. */
  const active = () => sumOnDevice({ adapter, weight: run.weight }, ...(beside ? [{ adapter: beside, weight: 1 }] : []));
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
    const control = done > 0 ? await terms.meanGradient(start) : null;
    const trained = await downloadAdapter(adapter, start);
    if (run.privacy) assertTrained(trained);
    return { adapter: trained, control, meanLoss: done > 0 ? lossSum / done : null, tokens };
  } finally {
    optimizer.dispose();
    objective.dispose();
    terms.dispose();
    losses.dispose();
    beside?.dispose();
    adapter.dispose();
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
    const [values, state, gradients] = await Promise.all([
      downloadAdapter(adapter, start),
      optimizer.exportState(),
      terms.exportSums(),
    ]);
    return { done, adapter: values, optimizer: state, gradients, lossSum, tokens };
  }

  /** The adapter is uploaded already. */
  function goOn({ optimizer: state, gradients }: TrainingState): void {
    optimizer.importState(state);
    terms.importSums(gradients);
    for (let step = 0; step < done; step++) stream.next();
  }

  /** One forward, backward and update. Returns the batch's loss before the update, in nats, which nothing has waited for. */
  function takeStep(step: number, batch: readonly Example[]): tf.Scalar {
    return tf.tidy(() => {
      const { loss: mean, gradients: plain } = accumulated(batch, (rows, index) => gradientsOf(rows, dropoutSeed(step, index)));
      const gradients = terms.apply(plain);
      optimizer.apply(gradients, learningRate(step), clipFactor(gradients, run.config.clipNorm));
      return mean;
    });
  }

  /** The same of the mean of a team's gradients. */
  async function takeTeamStep(step: number, batch: readonly Example[], team: TeamSteps): Promise<TeamStep> {
    const [loss, ...gradients] = tf.tidy(() => {
      const own = accumulated(batch, (rows, index) => gradientsOf(rows, dropoutSeed(step, index)));
      return [own.loss, ...own.gradients] as [tf.Scalar, ...tf.Tensor[]];
    });
    const sizes = { units: unitsOf(batch), tokens: tokensOf(batch) };
    const mean = await averagedGradients(team, step + 1, { loss, gradients, ...sizes });
    if (!Number.isFinite(mean.loss)) throw workError("LOSS_NOT_FINITE", ["lossNotFinite", step + 1]);
    tf.tidy(() => {
      const gradients = terms.apply(mean.gradients);
      optimizer.apply(gradients, learningRate(step), clipFactor(gradients, run.config.clipNorm));
    });
    tf.dispose([...mean.gradients]);
    return mean;
  }

  /** What a mean over a batch is of. */
  function unitsOf(rows: readonly Example[]): number {
    return rows.reduce((sum, row) => sum + model.choices(row).length, 0);
  }

  /** The same of noisy gradients, which are all that the optimiser ever sees. A sample without rows is a step all the same. */
  async function takePrivateStep(step: number, rows: readonly Example[], privacy: PrivateSteps): Promise<number> {
    const { loss, gradients: noisy } = await privateGradients({
      ...privacy,
      rows,
      gradientsOf: (piece) => ownGradientsOf(piece, Math.floor(privacy.uniform() * 2 ** 31)),
      rowsAtOnce: passesRowsTogether ? rowsOfPiece(variables, run.memory.rowsAtOnce) : 1,
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

  /** Mean loss over the scored units of these rows, and its gradients in the order of the variables. */
  function gradientsOf(rows: readonly Example[], seed: number): LossAndGradients {
    const dropout = run.dropout > 0 ? { rate: run.dropout, seed } : null;
    const loss = objective.on(rows);
    const pass = { dropout, recompute: run.memory.recompute };
    const { value, grads } = tf.variableGrads(() => loss(active(), pass), variables);
    return { loss: value, gradients: variables.map(({ name }) => grads[name] as tf.Tensor) };
  }

  /** Of every row by itself: of one pass over all where that can be, or of a pass over one. */
  function ownGradientsOf(rows: readonly Example[], seed: number): RowGradients {
    if (!passesRowsTogether) {
      const { loss, gradients } = gradientsOf(rows, seed);
      return { loss, gradients: gradients.map((gradient) => tf.expandDims<tf.Tensor3D>(gradient, 0)) };
    }
    const dropout = run.dropout > 0 ? { rate: run.dropout, seed } : null;
    const loss = objective.on(rows);
    return rowGradients(rows, [...moving.keys()], adapter, (probed) => loss(probed, { dropout, recompute: false }));
  }

  /** The batch in pieces of `rowsAtOnce`, each weighted by its scored units: the same as the whole at once, up to rounding. */
  function accumulated(
    batch: readonly Example[],
    of: (rows: readonly Example[], index: number) => LossAndGradients,
  ): LossAndGradients {
    const { rowsAtOnce } = run.memory;
    const all = unitsOf(batch);
    let sum: LossAndGradients | null = null;
    for (let start = 0, index = 0; start < batch.length; start += rowsAtOnce, index++) {
      const rows = batch.slice(start, start + rowsAtOnce);
      if (rows.length === batch.length) return of(rows, index);
      const before: LossAndGradients | null = sum;
      sum = tf.tidy(() => added(before, of(rows, index), unitsOf(rows) / all));
      if (before) tf.dispose([before.loss, ...before.gradients]);
    }
    if (!sum) throw new RangeError("A batch needs at least one row");
    return sum;
  }
}

const tokensOf = (rows: readonly Example[]): number => rows.reduce((sum, { tokens }) => sum + tokens.length, 0);

/** Bytes of gradients of single rows that are there at the same time. */
const ROW_GRADIENT_BYTES = 64e6;

function rowsOfPiece(variables: readonly tf.Variable[], most: number): number {
  const bytes = 4 * variables.reduce((sum, { size }) => sum + size, 0);
  return Math.max(1, Math.min(most, Math.floor(ROW_GRADIENT_BYTES / bytes)));
}

/** Of noisy steps the result alone may be judged: a single loss that is not finite would tell of a row. */
function assertTrained(trained: NamedTensors): void {
  const isUsable = [...trained.values()].every(({ data }) => data.every(Number.isFinite));
  if (!isUsable) throw workError("LOSS_NOT_FINITE", ["adapterNotFinite"]);
}

interface LossAndGradients {
  readonly loss: tf.Scalar;
  readonly gradients: tf.Tensor[];
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

/** The variables of `part` by key. @throws {RangeError} when the adapter has none. */
function movingVariables({ variables }: OwnedAdapter, start: NamedTensors, part: AdapterPart): ReadonlyMap<string, tf.Variable> {
  const entries = [...start.keys()].flatMap((key, i) => (variables[i] ? [{ key, variable: variables[i] }] : []));
  const moving = entriesOf(entries, part);
  if (moving.length === 0) throw new RangeError(`This adapter has no ${part} to train: it sits on too few modules`);
  return new Map(moving.map(({ key, variable }) => [key, variable]));
}
