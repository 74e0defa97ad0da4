/** The loss of a training step: the model's own, or one made of its logits for methods that distil or balance. */

import * as tf from "@tensorflow/tfjs";
import type { Choice, DeviceAdapter, Example, TaskModel, TrainingPass } from "../models/languageModel.ts";
import { maskedCrossEntropy } from "../ops/maskedCrossEntropy/maskedCrossEntropy.ts";

/** Answers to a batch to learn from, and how much. */
export interface Taught {
  /** The teacher's, without a gradient. */
  readonly logits: tf.Tensor2D;
  readonly weight: number | tf.Scalar;
  readonly temperature: number;
}

/**
 * Does what of a batch's loss needs no gradient, and returns the rest. Call inside tf.tidy; the returned function inside
 * tf.variableGrads.
 */
type Objective = (batch: readonly Example[], taught: Taught | null) => (adapter: DeviceAdapter, pass: TrainingPass) => tf.Scalar;

/** Logit of a choice that this client never saw; e to the power of it is nothing. */
const NEVER = -30;

/**
 *   plain:     mean CE(z, y)
 *   balanced:  mean CE(z + log n, y)                                       Ren et al. 2020, arXiv 2007.10740, eq. 3
 *   distil:    + weight T^2 mean KL(softmax(z_teacher / T) | softmax(z / T))   Hinton et al. 2015, arXiv 1503.02531
 * n are this client's counts of each choice in the same context: for an encoder its rows per label, for a causal LM its
 * continuations of the same beginning of an answer, whose product is the count of the whole label.
 */
export function createObjective(model: TaskModel, examples: readonly Example[], balanced: boolean): Objective {
  const counts = balanced ? countChoices(model, examples) : null;
  return (batch, taught) => {
    if (!counts && !taught) return (adapter, pass) => model.loss(batch, adapter, pass);
    const choices = batch.flatMap((example) => model.choices(example));
    const wanted = wantedOf(choices);
    const target = taught && tf.softmax(tf.div<tf.Tensor2D>(taught.logits, taught.temperature));
    return (adapter, pass) => {
      const logits = model.logits(batch, adapter, pass);
      const scores = counts ? tf.add<tf.Tensor2D>(logits, priors(choices, counts, logits.shape[1])) : logits;
      const loss = maskedCrossEntropy(scores, wanted).mean<tf.Scalar>();
      return taught && target ? tf.add(loss, divergence(target, logits, taught)) : loss;
    };
  };
}

/** Mean CE(z, y) over batches whose logits are there. */
export function meanLossOf(
  model: TaskModel,
  batches: readonly (readonly Example[])[],
  logits: readonly tf.Tensor2D[],
): tf.Scalar {
  const losses = batches.map((batch, i) =>
    maskedCrossEntropy(logits[i] as tf.Tensor2D, wantedOf(batch.flatMap((example) => model.choices(example)))),
  );
  return tf.mean<tf.Scalar>(tf.concat(losses));
}

function wantedOf(choices: readonly Choice[]): tf.Tensor1D {
  return tf.tensor1d(
    choices.map(({ choice }) => choice),
    "int32",
  );
}

/** weight T^2 KL(target | softmax(logits / T)), mean over rows. The entropy of the target has no gradient and is kept. */
function divergence(target: tf.Tensor2D, logits: tf.Tensor2D, { weight, temperature }: Taught): tf.Scalar {
  const student = tf.logSoftmax(tf.div<tf.Tensor2D>(logits, temperature));
  const teacher = tf.log(tf.maximum(target, 1e-20));
  const apart = tf.mean(tf.sum(tf.mul(target, tf.sub(teacher, student)), 1));
  return tf.mul(tf.mul(apart, temperature ** 2), weight);
}

type Counts = ReadonlyMap<string, ReadonlyMap<number, number>>;

function countChoices(model: TaskModel, examples: readonly Example[]): Counts {
  const counts = new Map<string, Map<number, number>>();
  for (const { context, choice } of examples.flatMap((example) => model.choices(example))) {
    const here = counts.get(context) ?? new Map<number, number>();
    counts.set(context, here.set(choice, (here.get(choice) ?? 0) + 1));
  }
  return counts;
}

/** log n [K, C], row by row in its own context. */
function priors(choices: readonly Choice[], counts: Counts, width: number): tf.Tensor2D {
  const values = new Float32Array(choices.length * width).fill(NEVER);
  choices.forEach(({ context }, row) => {
    for (const [choice, count] of counts.get(context) ?? []) values[row * width + choice] = Math.log(count);
  });
  return tf.tensor2d(values, [choices.length, width]);
}
