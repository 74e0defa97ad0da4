/** Settings of AdaFusion, the gradient-free search of the two fusion weights (FDLoRA stage 3). */
import { z } from "zod";
import { fusionObjective } from "./fusionObjective.ts";

export const fusionConfig = z.strictObject({
  /**
   * factor: A and B are mixed separately, as printed; product: the two updates are, w1 B_p A_p + w2 B_s A_s; per-layer: factor, then
   * a pair of weights of its own for each third of the layers.
   */
  kind: z.enum(["factor", "product", "per-layer"]),
  /** What is minimised on the fusion examples: their loss, as in the paper, or their expected error. */
  objective: fusionObjective,
  /** Evaluations of the objective in total, the four anchors included. */
  maxEvaluations: z.number().int().min(4).max(200),
  /** lambda of the L1 penalty lambda * (|w1| + |w2|) / 2. */
  l1: z.number().min(0).max(10),
  /**
   * Half of each adapter is taken unless the best point improves on it by more than this many standard errors of the paired
   * difference over the fusion examples; 0 takes any improvement.
   */
  confidence: z.number().min(0).max(10),
  /** Both weights stay in [-bound, bound]. */
  bound: z.number().positive().max(10),
});
export type FusionConfig = z.output<typeof fusionConfig>;
