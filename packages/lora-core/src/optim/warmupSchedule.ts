/** Learning rate over the steps of one local training. */

export interface WarmupOptions {
  readonly learningRate: number;
  readonly warmupSteps: number;
}

/** Rises linearly over the first `warmupSteps` steps, then stays: step 0 has 1 / warmupSteps of it. `step` counts from 0. */
export function warmupSchedule({ learningRate, warmupSteps }: WarmupOptions): (step: number) => number {
  return (step) => (step < warmupSteps ? (learningRate * (step + 1)) / warmupSteps : learningRate);
}
