/**
 * FlexLoRA (Bai et al. 2024, arXiv 2402.11505, section 3): the products are averaged, and an SVD makes an adapter of the mean.
 *
 *   client k:     (A_k, B_k) = InnerOpt(A, B);  sends (A_k, B_k)
 *   coordinator:  sum_k (n_k / n) B_k A_k = U S V^T;  B' = U_R S_R,  A' = V_R^T
 *
 * Nothing better of rank R exists (Eckart and Young); what the mean has beyond rank R is lost, and the aggregation error shows it.
 * The product is never formed: thinSvd.ts works on the stacked factors.
 * Where clients have ranks of their own, what a client does not have stays in the mean as it was (ownRanks.ts); the paper leaves it out.
 */
import { z } from "zod";
import { rankOf } from "../adapters/adapterSum.ts";
import { truncateRank } from "../adapters/thinSvd.ts";
import { stackedMean } from "./mergedUpdate.ts";
import { everyRound, receiveShared, serveShared } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const flexLoraConfig = z.strictObject({});

export const flexLora: Strategy<z.output<typeof flexLoraConfig>> = {
  id: "flexlora",
  label: "FlexLoRA",
  summary: "Averages what the adapters do rather than their halves, and takes the best adapter of the same size.",
  configSchema: flexLoraConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  weighting: () => "samples",
  averagesProducts: true,
  robustRefusal:
    "FlexLoRA averages products of factors, which no robust mean of the factors can stand for; it bounds outliers only.",
  sumRefusal:
    "FlexLoRA averages products of factors, for which it needs every adapter; choose another method, or let updates be sent as they are.",
  plan: (_config, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: receiveShared,
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner }],
      upload: { slot: "shared", form: "value", part: "all", extra: null },
      serve: serveShared,
    }),
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: ({ shared }, contributions) => ({
    shared: truncateRank(stackedMean(contributions, "samples"), rankOf(shared)),
    memory: {},
  }),
};
