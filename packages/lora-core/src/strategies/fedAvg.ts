/**
 * FedAvg on one LoRA adapter (McMahan et al. 2017, arXiv 1602.05629, Algorithm 1; with LoRA: FedIT, arXiv 2305.05644).
 *
 *   client k:     theta_k = InnerOpt(theta, D_k, K);  sends theta - theta_k
 *   coordinator:  theta'  = theta - sum_k (n_k / n) (theta - theta_k)  =  sum_k (n_k / n) theta_k
 *
 * A and B are averaged separately, so the served update is not the mean of the clients' B A.
 * Clients keep nothing of their own; the shared adapter is what they serve.
 */
import { z } from "zod";
import { mean, movedBy } from "./contributions.ts";
import { everyRound, receiveShared, serveShared, uploadDifference } from "./plans.ts";
import type { Contribution, ServerState, Strategy } from "./strategy.ts";

const fedAvgConfig = z.strictObject({});

/** theta' = theta - mean of the differences, by training rows: what every method does that only changes the clients' side. */
export function averageDifferences(state: ServerState, contributions: readonly Contribution[]): ServerState {
  return { shared: movedBy(state.shared, mean(contributions, "samples")), memory: {} };
}

export const fedAvg: Strategy<z.output<typeof fedAvgConfig>> = {
  id: "fedavg",
  label: "FedAvg",
  summary: "One adapter for everyone: each round the clients train it and the coordinator averages what they changed.",
  configSchema: fedAvgConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  weighting: () => "samples",
  plan: (_config, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: receiveShared,
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner }],
      upload: uploadDifference,
      serve: serveShared,
    }),
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
