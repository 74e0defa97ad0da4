/** Measures an adapter on examples: mean loss, accuracy, macro-F1. No gradients. */
import { classificationMetrics } from "../data/classificationMetrics.ts";
import type { DeviceAdapter, Example, Scored, TaskModel } from "../models/languageModel.ts";

export interface Evaluation {
  /** Mean loss over scored units, nats. */
  readonly loss: number;
  /** Null in a text task, where there is no label to be right about. */
  readonly accuracy: number | null;
  readonly macroF1: number | null;
}

/** Rows per forward pass. */
const BATCH_SIZE = 32;

/**
 * Scores every example once, similar lengths together so that little padding is computed. `beforeBatch` runs before each batch
 * and may throw to stop.
 * @throws {RangeError} when there are no examples.
 */
export async function evaluateAdapter(
  model: TaskModel,
  examples: readonly Example[],
  adapter: DeviceAdapter | null,
  options: { readonly labels: number; readonly beforeBatch?: () => Promise<void> },
): Promise<Evaluation> {
  if (examples.length === 0) throw new RangeError("There are no rows to evaluate on");
  const ordered = [...examples].sort((a, b) => a.tokens.length - b.tokens.length);
  const scored: Scored[] = [];
  for (let start = 0; start < ordered.length; start += BATCH_SIZE) {
    await options.beforeBatch?.();
    scored.push(...(await model.score(ordered.slice(start, start + BATCH_SIZE), adapter)));
  }
  const total = (pick: (s: Scored) => number) => scored.reduce((sum, s) => sum + pick(s), 0);
  const loss = total((s) => s.lossSum) / total((s) => s.units);
  if (options.labels === 0) return { loss, accuracy: null, macroF1: null };
  const { accuracy, macroF1 } = classificationMetrics(
    scored.map(({ label }) => label),
    ordered.map(({ label }) => label),
    options.labels,
  );
  return { loss, accuracy, macroF1 };
}
