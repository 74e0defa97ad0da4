/**
 * FedProx (Li et al. 2020, arXiv 1812.06127, Algorithm 2): FedAvg whose clients are held near what they received.
 *
 *   client k:     theta_k = InnerOpt(h_k, K),  h_k(w; theta) = F_k(w) + (mu / 2) |w - theta|^2
 *   coordinator:  as FedAvg
 *
 * Differs from paper: the pull acts on the factors A and B, not on the weights B A they stand for; clients are not sampled, and the
 * average is by training rows (the paper samples by rows and averages plainly).
 */
import { z } from "zod";
import { averageDifferences } from "./fedAvg.ts";
import { everyRound, GENTLE_PULL, receiveShared, serveShared, uploadDifference } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const fedProxConfig = z.strictObject({
  /** mu; 0 is FedAvg. */
  mu: z.number().min(0).max(1000),
});

export const fedProx: Strategy<z.output<typeof fedProxConfig>> = {
  id: "fedprox",
  label: "FedProx",
  summary: "FedAvg with a pull back towards the received adapter, so that no client drifts far in one round.",
  configSchema: fedProxConfig,
  presets: { standard: { mu: 0.1 }, gentle: { mu: GENTLE_PULL } },
  firstRound: () => 1,
  weighting: () => "samples",
  plan: ({ mu }, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: receiveShared,
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner, proximal: { to: "shared", mu } }],
      upload: uploadDifference,
      serve: serveShared,
    }),
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
