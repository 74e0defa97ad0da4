/**
 * FedRoD (Chen and Chao 2022, arXiv 2107.00778, equations 5 and 6): a generic predictor that is fair to all classes, and a personal
 * one on top of it.
 *
 *   client k:     generic:  theta_k = InnerOpt(mean CE(z + log n_k, y));   personal: v_k = InnerOpt(mean CE(z(theta_k + v), y))
 *   coordinator:  theta'    = sum_k (n_k / n) theta_k
 *
 * n_k are the client's rows per class (balanced softmax). The generic branch is the shared adapter; the personal branch is a private
 * adapter in the same layers whose update adds to the frozen generic one. Both are served together.
 * Differs from paper: the personal branch is an adapter beside the generic one, not a second head on its features (the base has one
 * frozen head); K is halved between the two trainings.
 */
import { z } from "zod";
import { averageDifferences } from "./fedAvg.ts";
import { everyRound, halves, receiveShared, uploadDifference } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const fedRodConfig = z.strictObject({});

const both = { personal: 1, shared: 1 };

export const fedRod: Strategy<z.output<typeof fedRodConfig>> = {
  id: "fedrod",
  label: "FedRoD",
  summary:
    "The shared adapter treats all labels alike, however rare they are at a client; a personal one on top adapts to the client.",
  configSchema: fedRodConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  weighting: () => "samples",
  refusal: (task) => (task === "text" ? "FedRoD balances labels, so it needs a task with labels." : null),
  plan(_config, budgets, { round }) {
    const [generic, personal] = halves(budgets.inner);
    return everyRound(budgets, round, {
      receive: receiveShared,
      steps: [
        { kind: "train", slot: "shared", budget: generic, balanced: true },
        { kind: "train", slot: "personal", budget: personal, active: both },
      ],
      upload: uploadDifference,
      serve: { kind: "sum", weights: both },
    });
  },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
