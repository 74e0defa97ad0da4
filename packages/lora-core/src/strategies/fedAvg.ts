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
import { linearCombination } from "../tensors/arithmetic.ts";
import { mean } from "./contributions.ts";
import type { Strategy } from "./strategy.ts";

const fedAvgConfig = z.strictObject({});

export const fedAvg: Strategy<z.output<typeof fedAvgConfig>> = {
  id: "fedavg",
  label: "FedAvg",
  configSchema: fedAvgConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  plan: (_config, budgets, { round }) =>
    round > budgets.rounds
      ? { stage: "fusing", receive: true, steps: [], upload: null, serve: { kind: "slot", slot: "shared" } }
      : {
          stage: "federated",
          receive: true,
          steps: [{ kind: "train", slot: "shared", budget: budgets.inner }],
          upload: { slot: "shared", form: "difference" },
          serve: null,
        },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: (state, contributions) => ({
    shared: linearCombination([1, -1], [state.shared, mean(contributions, "samples")]),
    memory: {},
  }),
};
