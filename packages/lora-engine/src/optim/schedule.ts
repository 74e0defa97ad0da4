/** Learning rates by step. */

/** Rises linearly from rate / warmupSteps at step 0 to `rate`, then stays. */
export function warmupConstant(rate: number, warmupSteps: number): (step: number) => number {
  return (step) => rate * Math.min(1, (step + 1) / Math.max(1, warmupSteps));
}
