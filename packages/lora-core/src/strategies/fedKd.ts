/**
 * FedKD (Wu et al. 2022, arXiv 2108.13323, section 4): a private mentor and a shared mentee learn from each other.
 *
 *   client k:     mentee: CE_s + a T^2 KL(mentor | mentee);  mentor: CE_p + a T^2 KL(mentee | mentor);  sends the mentee's change
 *                 `together`, as the paper: a = w / (CE_s + CE_p), both on every batch;  `standard`: a = w, one after the other
 *   coordinator:  theta' = theta - mean_k (theta - theta_k)
 *
 * The mentor is the personal adapter, which never leaves the client and is what it serves; the mentee is the shared one. Both sit on
 * the same frozen base, so the mentee saves bytes by its rank, not by a smaller network; `together` the mentor begins with another A,
 * where the paper's is another network. Either way the two take as many steps as FedAvg's one takes (plans.ts), and answers to learn from take
 * a forward pass more for each.
 * Differs from paper: hidden states are not distilled; the update is not compressed by SVD, since it is of low rank already; answers to
 * learn from are without dropout, and they and a are constants to the gradient (the authors' code lets it through). `standard` besides:
 * the two learn one after the other, each from the frozen other, and w is not divided by the losses.
 */
import { z } from "zod";
import { mean, movedBy } from "./contributions.ts";
import { drawPersonal, eachOfBoth, everyRound, halves, receiveShared, servePersonal, uploadDifference } from "./plans.ts";
import type { Budgets, LocalStep, Strategy } from "./strategy.ts";

const fedKdConfig = z.strictObject({
  /** w */
  weight: z.number().min(0).max(100),
  /** T */
  temperature: z.number().positive().max(100),
  /** Both on the same batches, with w over the sum of their losses. */
  together: z.literal(true).exactOptional(),
});
type FedKdConfig = z.output<typeof fedKdConfig>;

export const fedKd: Strategy<FedKdConfig> = {
  id: "fedkd",
  label: "FedKD",
  summary: "A private adapter and a shared one teach each other by their answers; only the shared one is averaged.",
  configSchema: fedKdConfig,
  presets: { standard: { weight: 0.5, temperature: 1 }, together: { weight: 1, temperature: 1, together: true } },
  firstRound: () => 1,
  weighting: () => "uniform",
  plan(config, budgets, { round }) {
    const steps = config.together ? onSameBatches(config, budgets) : inTurn(config, budgets);
    return everyRound(budgets, round, { receive: receiveShared, steps, upload: uploadDifference, serve: servePersonal });
  },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: ({ shared }, contributions) => ({ shared: movedBy(shared, mean(contributions, "uniform")), memory: {} }),
};

function onSameBatches({ weight, temperature }: FedKdConfig, { inner }: Budgets): readonly LocalStep[] {
  const lesson = { distill: { weight, temperature } };
  return [drawPersonal, { kind: "trainBoth", budget: eachOfBoth(inner), shared: lesson, personal: lesson }];
}

function inTurn({ weight, temperature }: FedKdConfig, { inner }: Budgets): readonly LocalStep[] {
  const [mentee, mentor] = halves(inner);
  return [
    { kind: "train", slot: "shared", budget: mentee, distill: { from: "personal", weight, temperature } },
    { kind: "train", slot: "personal", budget: mentor, distill: { from: "shared", weight, temperature } },
  ];
}
