/** How one client's update stood among the others' in a round, before anything was bounded: what a dashboard shows. */
import { z } from "zod";

export const updateStanding = z.strictObject({
  /**
   * Its norm over the round's median norm, or its control variate's where that is more; null in a round of fewer than three, or whose
   * median is 0.
   */
  norm: z.number().min(0).nullable(),
  /** Its training rows over the round's median; null likewise. */
  rows: z.number().min(0).nullable(),
  /** Cosine between it and the mean of the others' directions, each of length 1; null where one of the two is zero. */
  cosine: z.number().min(-1).max(1).nullable(),
  /** Whether the norm was scaled down to its bound. */
  isClipped: z.boolean(),
  /** Whether fewer rows were counted than it said; null for who is not told its rows. */
  isCapped: z.boolean().nullable(),
});
export type UpdateStanding = z.output<typeof updateStanding>;
