/** How a device trades time for memory in a training step. What comes of the step is the same, up to rounding. */
export interface StepMemory {
  /** Rows computed at a time; a larger batch is added up piece by piece. */
  readonly rowsAtOnce: number;
  /** Keeps the inputs of every layer only and computes the rest again in the backward pass. */
  readonly recompute: boolean;
}

/** Whole batches, everything kept: the fastest, where it fits. */
export const ALL_AT_ONCE: StepMemory = { rowsAtOnce: Number.POSITIVE_INFINITY, recompute: false };
