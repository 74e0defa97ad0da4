import { z } from "zod";

/** Differential privacy of clients: how much all shared adapters of a federation together may tell of what any one client put in. */
export const clientPrivacyConfig = z.strictObject({
  epsilon: z.number().positive().max(100),
  /** Of failing altogether; clearly below 1 / the number of clients. */
  delta: z.number().min(1e-12).max(0.1),
  /** C of the first round: Euclidean norm that a client's update is clipped to. It adapts (see adaptiveClip.ts). */
  clip: z.number().min(1e-4).max(1000),
});
export type ClientPrivacyConfig = z.output<typeof clientPrivacyConfig>;
