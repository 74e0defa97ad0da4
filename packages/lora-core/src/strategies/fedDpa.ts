/**
 * FedDPA (Yang et al. 2024, arXiv 2403.19211, Algorithm 2, FedDPA-T): a global and a local adapter, mixed when serving.
 *
 *   client k:     local:   v_k = InnerOpt(v; W + (v + theta) / 2, theta frozen);  global: theta_k = InnerOpt(theta);  sends theta - theta_k
 *   coordinator:  as FedAvg
 *   serving:      W + w1 v_k + w2 theta
 *
 * The local adapter never leaves the client. Updates are mixed as products, both adapters being active side by side.
 * Differs from paper: the paper weighs the two for every input by the cosine between its last hidden state and those of five training
 * rows; here one pair of weights per client is searched on its fusion rows (fusion/adaFusion.ts, product). K is halved between the
 * two trainings.
 */
import { z } from "zod";
import { fusionConfig } from "../fusion/fusionConfig.ts";
import { averageDifferences } from "./fedAvg.ts";
import { everyRound, halves, receiveShared, uploadDifference } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const fedDpaConfig = z.strictObject({
  /** Of the local adapter in the mix it is trained in. */
  localWeight: z.number().min(0).max(1),
  /** Of the global one there; left out: the rest to one. */
  globalWeight: z.number().min(0).max(1).optional(),
  fusion: fusionConfig,
});

export const fedDpa: Strategy<z.output<typeof fedDpaConfig>> = {
  id: "feddpa",
  label: "FedDPA",
  summary: "A shared adapter and a private one that is trained on top of it; each client finds its own mix of the two.",
  configSchema: fedDpaConfig,
  presets: {
    standard: {
      localWeight: 0.5,
      fusion: { kind: "product", objective: "error", maxEvaluations: 12, l1: 0.05, confidence: 2, bound: 1.5 },
    },
    // What is served is trained; as many evaluations as FDLoRA's presets have.
    "full-weight": {
      localWeight: 1,
      globalWeight: 1,
      fusion: { kind: "product", objective: "error", maxEvaluations: 6, l1: 0.05, confidence: 1, bound: 1.5 },
    },
  },
  firstRound: () => 1,
  weighting: () => "samples",
  plan({ localWeight, globalWeight = 1 - localWeight, fusion }, budgets, { round }) {
    const [personal, shared] = halves(budgets.inner);
    return everyRound(budgets, round, {
      receive: receiveShared,
      steps: [
        { kind: "train", slot: "personal", budget: personal, active: { personal: localWeight, shared: globalWeight } },
        { kind: "train", slot: "shared", budget: shared },
      ],
      upload: uploadDifference,
      serve: { kind: "fuse", search: fusion },
    });
  },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
