/** Learning rates by step, in units of the federation's. */
import type { TrainingConfig } from "./trainingConfig.ts";

/** Which part of all trainings of an adapter one of them is: shares of them in 0 to 1 that lie behind as it begins and as it ends. */
export interface TrainingSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * Rises linearly from 1 / warmupSteps at step 0 to 1, then stays; with a span, times (1 + cos(pi t)) / 2 where t goes through it step by step.
 * The optimiser begins anew in every training, and rises anew; how far the rate has fallen goes on from one training to the next.
 *
 * Source of the cosine: Loshchilov and Hutter 2017, arXiv 1608.03983, eq. 5, without restarts, down to 0.
 */
export function rateFactor(
  { warmupSteps }: Pick<TrainingConfig, "warmupSteps">,
  steps: number,
  span: TrainingSpan | null,
): (step: number) => number {
  const rise = Math.max(1, warmupSteps);
  return (step) => Math.min(1, (step + 1) / rise) * (span ? fallen(span.from + ((span.to - span.from) * step) / steps) : 1);
}

const fallen = (done: number): number => (1 + Math.cos(Math.PI * done)) / 2;
