/** Measures an adapter on examples: loss of every row, mean loss, accuracy, macro-F1. No gradients. */
import { type Confusion, classificationMetrics } from "@duet/lora-core/data/classificationMetrics";
import { EVALUATION_ROWS } from "@duet/lora-core/training/trainingConfig";
import type { DeviceAdapter, Example, Scored, TaskModel } from "../models/languageModel.ts";

export interface Evaluation {
  /** How many examples it is of. */
  readonly rows: number;
  /** Mean loss over scored units, nats. */
  readonly loss: number;
  /** Null in a text task, where there is no label to be right about. */
  readonly accuracy: number | null;
  readonly macroF1: number | null;
  readonly confusion: Confusion | null;
}

/** Runs around what is computed of each batch: it may throw to stop, or know the result already. */
export type EachBatch<T> = (compute: () => Promise<T>) => Promise<T>;

/**
 * Scores every example once and answers in their order; rows of similar length are computed together, for little padding.
 * @throws {RangeError} when there are no examples.
 */
export async function scoreExamples(
  model: TaskModel,
  examples: readonly Example[],
  adapter: DeviceAdapter | null,
  eachBatch: EachBatch<readonly Scored[]> = (compute) => compute(),
): Promise<readonly Scored[]> {
  const scored: Scored[] = new Array(examples.length);
  for (const batch of inBatches(examples)) {
    const results = await eachBatch(() => model.score(batch.examples, adapter));
    for (const [i, result] of results.entries()) scored[batch.places[i] ?? -1] = result;
  }
  return scored;
}

export interface EvaluationBatch {
  readonly examples: readonly Example[];
  /** Where each of them stands among all. */
  readonly places: readonly number[];
}

/** All examples, those of similar length together. @throws {RangeError} when there are none. */
export function inBatches(examples: readonly Example[]): readonly EvaluationBatch[] {
  if (examples.length === 0) throw new RangeError("There are no rows to evaluate on");
  const ordered = [...examples.entries()].sort(([, a], [, b]) => a.tokens.length - b.tokens.length);
  return Array.from({ length: Math.ceil(ordered.length / EVALUATION_ROWS) }, (_, i) => {
    const batch = ordered.slice(i * EVALUATION_ROWS, (i + 1) * EVALUATION_ROWS);
    return { examples: batch.map(([, example]) => example), places: batch.map(([place]) => place) };
  });
}

/** The figures of scored examples; `labels` is the number of labels, 0 in a text task. */
export function evaluationOf(scored: readonly Scored[], examples: readonly Example[], labels: number): Evaluation {
  const total = (pick: (s: Scored) => number) => scored.reduce((sum, s) => sum + pick(s), 0);
  const loss = total(({ lossSum }) => lossSum) / total(({ units }) => units);
  const rows = examples.length;
  if (labels === 0) return { rows, loss, accuracy: null, macroF1: null, confusion: null };
  const predicted = scored.map(({ label }) => label);
  const actual = examples.map(({ label }) => label);
  return { rows, loss, ...classificationMetrics(predicted, actual, labels) };
}
