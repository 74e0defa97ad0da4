/** Where a client is with its privacy budget. It is made of counts, settings and the number of rows, never of what is in them. */
import { z } from "zod";

const finite = z.number().min(0).max(1e9);

export const privacyStanding = z.strictObject({
  /** Spent on these rows so far, by everything that was ever trained on them on this device. */
  epsilon: finite,
  /** What it must not exceed. */
  limit: finite,
  delta: z.number().min(0).max(1),
  noiseMultiplier: finite,
  /** Whether not one more step can be taken. */
  budgetSpent: z.boolean(),
});
export type PrivacyStanding = z.output<typeof privacyStanding>;
