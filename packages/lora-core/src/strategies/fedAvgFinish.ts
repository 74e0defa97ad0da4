/**
 * FedAvg with a personal finish (local fine-tuning after federation: Wang et al. 2019, arXiv 1910.10252; "FedAvg+FT"): the plainest
 * personalisation there is, which every other has to beat.
 *
 *   rounds 1 to T  as FedAvg
 *   last round     client k: v_k = InnerOpt(theta_T, D_k, K), and serves v_k
 *
 * The personal adapter v_k is made after the last upload, so it never leaves the client. A client that missed rounds, or joined late,
 * finishes from the same mean as everybody.
 */
import { z } from "zod";
import { averageDifferences } from "./fedAvg.ts";
import { everyRound, personalFinish, receiveShared, servePersonal, uploadDifference } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const fedAvgFinishConfig = z.strictObject({});

export const fedAvgFinish: Strategy<z.output<typeof fedAvgFinishConfig>> = {
  id: "fedavg-finish",
  label: "FedAvg + finish",
  summary: "FedAvg, then every client trains the last mean on its own rows for one more round, and keeps what comes of it.",
  configSchema: fedAvgFinishConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  weighting: () => "samples",
  plan(_config, budgets, { round }) {
    const plan = everyRound(budgets, round, {
      receive: receiveShared,
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner }],
      upload: uploadDifference,
      serve: servePersonal,
    });
    return plan.stage === "fusing" ? { ...plan, steps: personalFinish(budgets) } : plan;
  },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
