/**
 * FedRoD (Chen and Chao 2022, arXiv 2107.00778, equations 5 and 6): a generic predictor that is fair to all classes, and a personal
 * one on top of it.
 *
 *   client k:     generic:  theta_k = InnerOpt(mean CE(z + log n_k, y));   personal: v_k = InnerOpt(mean CE(z(theta_k + v), y))
 *                 `together`, as the paper: both on every batch, theta_k as it is then;  `standard`: v_k after theta_k is done
 *   coordinator:  theta'    = sum_k (n_k / n) theta_k
 *
 * n_k are the client's rows per class (balanced softmax). The generic branch is the shared adapter; the personal branch is a private
 * adapter in the same layers whose update adds to the generic one, which it cannot move. Both are served together. `together` the personal
 * branch begins with another A: from one start, on one batch, and with as many rows of each class, both would take the same first step. Either
 * way the two take as many steps as FedAvg's one takes (plans.ts).
 * Differs from paper: the personal branch is an adapter beside the generic one, not a second head on its features (the base has one
 * frozen head). `standard` besides: the two are trained one after the other.
 */
import { z } from "zod";
import { averageDifferences } from "./fedAvg.ts";
import { drawPersonal, eachOfBoth, everyRound, halves, receiveShared, uploadDifference } from "./plans.ts";
import type { Budgets, LocalStep, Strategy } from "./strategy.ts";

const fedRodConfig = z.strictObject({
  /** Both branches on the same batches. */
  together: z.literal(true).exactOptional(),
});

const both = { personal: 1, shared: 1 };

export const fedRod: Strategy<z.output<typeof fedRodConfig>> = {
  id: "fedrod",
  label: "FedRoD",
  summary:
    "The shared adapter treats all labels alike, however rare they are at a client; a personal one on top adapts to the client.",
  configSchema: fedRodConfig,
  presets: { standard: {}, together: { together: true } },
  firstRound: () => 1,
  weighting: () => "samples",
  refusal: (task) => (task === "text" ? "FedRoD balances labels, so it needs a task with labels." : null),
  plan({ together }, budgets, { round }) {
    return everyRound(budgets, round, {
      receive: receiveShared,
      steps: together ? onSameBatches(budgets) : inTurn(budgets),
      upload: uploadDifference,
      serve: { kind: "sum", weights: both },
    });
  },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};

function onSameBatches({ inner }: Budgets): readonly LocalStep[] {
  return [drawPersonal, { kind: "trainBoth", budget: eachOfBoth(inner), shared: { balanced: true }, personal: { active: both } }];
}

function inTurn({ inner }: Budgets): readonly LocalStep[] {
  const [generic, personal] = halves(inner);
  return [
    { kind: "train", slot: "shared", budget: generic, balanced: true },
    { kind: "train", slot: "personal", budget: personal, active: both },
  ];
}
