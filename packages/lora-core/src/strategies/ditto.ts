/**
 * Ditto (Li et al. 2021, arXiv 2012.04221, Algorithm 1): FedAvg beside a personal adapter that is held near the shared one.
 *
 *   client k:     v_k = InnerOpt(F_k(v) + (lambda / 2) |v - theta|^2);  theta_k = InnerOpt(F_k, theta);  sends theta - theta_k
 *   coordinator:  as FedAvg
 *
 * The personal adapter v_k never leaves the client and is what it serves.
 * Differs from paper: K is halved between the two trainings, so that a round reads as many rows as a round of FedAvg; the pull acts
 * on the factors; v_k is trained before theta_k, towards the received theta (the paper's order, and its anchor).
 */
import { z } from "zod";
import { averageDifferences } from "./fedAvg.ts";
import { everyRound, GENTLE_PULL, halves, receiveShared, servePersonal, uploadDifference } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const dittoConfig = z.strictObject({
  /** lambda; 0 is local training, a large one FedAvg. */
  lambda: z.number().min(0).max(1000),
});

export const ditto: Strategy<z.output<typeof dittoConfig>> = {
  id: "ditto",
  label: "Ditto",
  summary: "A personal adapter that never leaves the client, pulled towards a shared one that is averaged as in FedAvg.",
  configSchema: dittoConfig,
  presets: { standard: { lambda: 0.1 }, gentle: { lambda: GENTLE_PULL } },
  firstRound: () => 1,
  weighting: () => "samples",
  plan({ lambda }, budgets, { round }) {
    const [personal, shared] = halves(budgets.inner);
    return everyRound(budgets, round, {
      receive: receiveShared,
      steps: [
        { kind: "train", slot: "personal", budget: personal, proximal: { to: "shared", mu: lambda } },
        { kind: "train", slot: "shared", budget: shared },
      ],
      upload: uploadDifference,
      serve: servePersonal,
    });
  },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
