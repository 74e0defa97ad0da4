/** Settings of AdaFusion, the gradient-free search of the two fusion weights (FDLoRA stage 3). */
import { z } from "zod";

export const fusionConfig = z.strictObject({
  /** Evaluations of the objective in total, the four anchors included. */
  maxEvaluations: z.number().int().min(4).max(200),
  /** lambda of the L1 penalty lambda * (|w1| + |w2|) / 2. */
  l1: z.number().min(0).max(10),
  /** Both weights stay in [-bound, bound]. */
  bound: z.number().positive().max(10),
});
export type FusionConfig = z.output<typeof fusionConfig>;
