/** What a training moves, and its gradients: one adapter here, both of a client's in trainBoth.ts. */
import { isPrototypes } from "@duet/lora-core/adapters/adapterLayout";
import { type AdapterPart, entriesOf } from "@duet/lora-core/adapters/adapterPart";
import type { StepMemory } from "@duet/lora-core/architectures/stepMemory";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { TrainingSpan } from "@duet/lora-core/training/learningRate";
import * as tf from "@tensorflow/tfjs";
import type { Example, TaskModel, TrainingPass } from "../models/languageModel.ts";
import { clipFactor } from "../optim/clipByGlobalNorm.ts";
import { downloadAdapter, type OwnedAdapter, sumOnDevice, uploadAdapter } from "./deviceAdapter.ts";
import { type ControlTerm, createGradientTerms, type GradientTerms, type ProximalTerm } from "./gradientTerms.ts";
import { createObjective } from "./objective.ts";
import { type RowGradients, rowGradients } from "./rowGradients.ts";

/** A frozen adapter to learn from. */
interface DistillTerm {
  readonly teacher: NamedTensors;
  readonly weight: number;
  readonly temperature: number;
}

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

/** How its passes are made. */
export interface LearnerSettings {
  readonly scale: number;
  readonly dropout: number;
  /** Of label prototypes, times the learning rate; left out: 1. */
  readonly prototypeRate?: number;
  readonly memory: StepMemory;
}

export interface LossAndGradients {
  readonly loss: tf.Scalar;
  /** In the order of the variables. */
  readonly gradients: tf.Tensor[];
}

/** Lives on the backend until disposed. */
export interface Learner {
  readonly variables: readonly tf.Variable[];
  /** Of every variable, times the learning rate. */
  readonly rates: readonly number[];
  readonly terms: GradientTerms;
  /**
   * Does what of a batch needs no gradient, and returns the rest: of a piece of it the mean loss over its scored units, and its gradients.
   * `seed` is that of dropout. Call inside tf.tidy.
   */
  on(pieces: readonly (readonly Example[])[]): (piece: number, seed: number) => LossAndGradients;
  /** Every row's own gradients, of so many rows at once; null where it has none. */
  readonly ofRows: {
    readonly atOnce: number;
    readonly gradients: (rows: readonly Example[], seed: number) => RowGradients;
  } | null;
  /** For an optimiser: each adapter clipped to this norm by itself. */
  clipped(
    gradients: readonly tf.Tensor[],
    norm: number,
  ): { readonly gradients: readonly tf.Tensor[]; readonly factor?: tf.Scalar };
  /** What it has come to. */
  read(): Promise<NamedTensors>;
  dispose(): void;
}

/** Trains a copy of `start`. @throws {RangeError} when it has nothing of the part that is trained. */
export function createLearner(
  model: TaskModel,
  examples: readonly Example[],
  start: NamedTensors,
  { part, weight, beside: besides, proximal, control, distill, balanced }: TrainingTask,
  settings: LearnerSettings,
): Learner {
  const { scale, memory } = settings;
  const adapter = uploadAdapter(start, { scale, trainable: true });
  const beside = besides && uploadAdapter(besides, { scale, trainable: false });
  const teacher = distill && uploadAdapter(distill.teacher, { scale, trainable: false });
  const moving = movingVariables(adapter, start, part);
  const variables = [...moving.values()];
  const objective = createObjective(model, examples, balanced);
  const gradientTerms = createGradientTerms(moving, { proximal, control });
  const passesRowsTogether = model.readsRowsAsTheyAre && !beside && weight === 1 && !memory.recompute;
  /** What the forward pass sees. */
  const active = () => sumOnDevice({ adapter, weight }, ...(beside ? [{ adapter: beside, weight: 1 }] : []));
  const lossOn = (rows: readonly Example[]) =>
    objective(rows, distill && { ...distill, logits: model.logits(rows, teacher, null) });

  function gradientsOf(rows: readonly Example[], seed: number): LossAndGradients {
    const loss = lossOn(rows);
    return gradientsBy(variables, () => loss(active(), passOf(settings, seed)));
  }

  /** Of one pass over all where that can be, or of a pass over one. */
  function ownGradientsOf(rows: readonly Example[], seed: number): RowGradients {
    if (!passesRowsTogether) {
      const { loss, gradients } = gradientsOf(rows, seed);
      return { loss, gradients: gradients.map((gradient) => tf.expandDims<tf.Tensor3D>(gradient, 0)) };
    }
    const loss = lossOn(rows);
    return rowGradients(rows, [...moving.keys()], adapter, (probed) =>
      loss(probed, { ...passOf(settings, seed), recompute: false }),
    );
  }

  return {
    variables,
    rates: ratesOf([...moving.keys()], settings),
    terms: gradientTerms,
    on: (pieces) => (piece, seed) => gradientsOf(pieces[piece] ?? [], seed),
    ofRows: { atOnce: passesRowsTogether ? rowsOfPiece(variables, memory.rowsAtOnce) : 1, gradients: ownGradientsOf },
    clipped: (gradients, norm) => ({ gradients, factor: clipFactor(gradients, norm) }),
    read: () => downloadAdapter(adapter, start),
    dispose() {
      gradientTerms.dispose();
      for (const owned of [teacher, beside, adapter]) owned?.dispose();
    },
  };
}

/** The loss, and its gradients of these variables alone. */
export function gradientsBy(variables: readonly tf.Variable[], loss: () => tf.Scalar): LossAndGradients {
  const { value, grads } = tf.variableGrads(loss, [...variables]);
  return { loss: value, gradients: variables.map(({ name }) => grads[name] as tf.Tensor) };
}

export function passOf({ dropout, memory }: LearnerSettings, seed: number): TrainingPass {
  return { dropout: dropout > 0 ? { rate: dropout, seed } : null, recompute: memory.recompute };
}

export const ratesOf = (keys: readonly string[], { prototypeRate = 1 }: LearnerSettings): readonly number[] =>
  keys.map((key) => (isPrototypes(key) ? prototypeRate : 1));

/** Bytes of gradients of single rows that are there at the same time. */
const ROW_GRADIENT_BYTES = 64e6;

function rowsOfPiece(variables: readonly tf.Variable[], most: number): number {
  const bytes = 4 * variables.reduce((sum, { size }) => sum + size, 0);
  return Math.max(1, Math.min(most, Math.floor(ROW_GRADIENT_BYTES / bytes)));
}

/** The variables of `part` by key. @throws {RangeError} when the adapter has none. */
function movingVariables({ variables }: OwnedAdapter, start: NamedTensors, part: AdapterPart): ReadonlyMap<string, tf.Variable> {
  const entries = [...start.keys()].flatMap((key, i) => (variables[i] ? [{ key, variable: variables[i] }] : []));
  const moving = entriesOf(entries, part);
  if (moving.length === 0) throw new RangeError(`This adapter has no ${part} to train: it sits on too few modules`);
  return new Map(moving.map(({ key, variable }) => [key, variable]));
}
