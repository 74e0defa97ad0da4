/**
 * FedKD (Wu et al. 2022, arXiv 2108.13323, section 4): a private mentor and a shared mentee learn from each other.
 *
 *   client k:     mentee: CE + w T^2 KL(mentor | mentee);  mentor: CE + w T^2 KL(mentee | mentor);  sends the mentee's change
 *   coordinator:  theta' = theta - mean_k (theta - theta_k)
 *
 * The mentor is the personal adapter, which never leaves the client and is what it serves; the mentee is the shared one. Both sit on
 * the same frozen base, so the mentee saves bytes by its rank, not by a smaller network.
 * Differs from paper: the two learn one after the other, K halved, each from the frozen other (the paper: jointly, batch by batch);
 * w is constant (the paper divides by the sum of both losses); hidden states are not distilled; the update is not compressed by SVD,
 * since it is of low rank already.
 */
import { z } from "zod";
import { mean, movedBy } from "./contributions.ts";
import { everyRound, halves, receiveShared, servePersonal, uploadDifference } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const fedKdConfig = z.strictObject({
  /** w */
  weight: z.number().min(0).max(100),
  /** T */
  temperature: z.number().positive().max(100),
});

export const fedKd: Strategy<z.output<typeof fedKdConfig>> = {
  id: "fedkd",
  label: "FedKD",
  summary: "A private adapter and a shared one teach each other by their answers; only the shared one is averaged.",
  configSchema: fedKdConfig,
  presets: { standard: { weight: 0.5, temperature: 1 } },
  firstRound: () => 1,
  weighting: () => "uniform",
  plan(teaching, budgets, { round }) {
    const [mentee, mentor] = halves(budgets.inner);
    return everyRound(budgets, round, {
      receive: receiveShared,
      steps: [
        { kind: "train", slot: "shared", budget: mentee, distill: { from: "personal", ...teaching } },
        { kind: "train", slot: "personal", budget: mentor, distill: { from: "shared", ...teaching } },
      ],
      upload: uploadDifference,
      serve: servePersonal,
    });
  },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: ({ shared }, contributions) => ({ shared: movedBy(shared, mean(contributions, "uniform")), memory: {} }),
};
