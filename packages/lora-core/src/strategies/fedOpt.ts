/**
 * FedAvgM (Hsu et al. 2019, arXiv 1909.06335, section 4) and FedAdam (Reddi et al. 2020, arXiv 2003.00295, Algorithm 2): FedAvg whose
 * coordinator takes the mean difference as a gradient.
 *
 *   client k:     theta_k = InnerOpt(theta, D_k, K);  sends theta - theta_k
 *   coordinator:  Delta = sum_k (n_k / n) (theta - theta_k);  theta' = OuterOpt(theta, Delta)     outerOptimizer.ts
 *
 * Differs from paper: the inner optimiser is AdamW, not SGD; momentum and second moments live on the factors A and B.
 */
import { z } from "zod";
import { mean } from "./contributions.ts";
import { outerMemory, outerOptimizerConfig, outerStep } from "./outerOptimizer.ts";
import { everyRound, receiveShared, serveShared, uploadDifference } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const fedOptConfig = z.strictObject({ outer: outerOptimizerConfig });

export const fedOpt: Strategy<z.output<typeof fedOptConfig>> = {
  id: "fedopt",
  label: "FedAvgM and FedAdam",
  summary: "FedAvg whose coordinator steps with momentum or Adam along the average change.",
  configSchema: fedOptConfig,
  presets: {
    momentum: { outer: { form: "heavy-ball", learningRate: 1, momentum: 0.5 } },
    adam: { outer: { form: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.99, tau: 1e-3 } },
  },
  firstRound: () => 1,
  weighting: () => "samples",
  plan: (_config, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: receiveShared,
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner }],
      upload: uploadDifference,
      serve: serveShared,
    }),
  init: (initial, { outer }) => ({ shared: initial, memory: outerMemory(outer, initial) }),
  aggregate: (state, contributions, { outer }) => outerStep(outer, state, mean(contributions, "samples")),
};
