/**
 * FedEx-LoRA (Singhal et al. 2025, arXiv 2410.09432, equations 7 to 10): factors are averaged, and what that loses is added back.
 *
 *   client k:     (A_k, B_k) = InnerOpt(A, B) on W + M;  sends (A_k, B_k)
 *   coordinator:  A' = sum_k p_k A_k,  B' = sum_k p_k B_k,  M' = M + sum_k p_k B_k A_k - B' A'
 *
 * The paper adds the residual to W. Here M stays a factor pair beside the frozen base (mergedUpdate.ts): the residual of N clients
 * has at most R (N - 1) ranks, since it is sum_k p_k (B_k - B')(A_k - A'). Exact until M reaches `maxRank`.
 * Differs from paper: that; weights are by training rows (the paper: 1/N).
 */
import { z } from "zod";
import { rankOf, scaled, splitRanks, stackRanks } from "../adapters/adapterSum.ts";
import { truncateRank } from "../adapters/thinSvd.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { mean } from "./contributions.ts";
import { mergeUpdate, stackedMean } from "./mergedUpdate.ts";
import { everyRound, serveShared } from "./plans.ts";
import type { Contribution, Strategy } from "./strategy.ts";

const fedExConfig = z.strictObject({
  /** Most ranks of M. */
  maxRank: z.number().int().min(1).max(1024),
});

export const fedEx: Strategy<z.output<typeof fedExConfig>> = {
  id: "fedex-lora",
  label: "FedEx-LoRA",
  summary:
    "FedAvg plus the exact remainder that averaging halves of adapters loses; the remainder grows with clients and rounds.",
  configSchema: fedExConfig,
  presets: { standard: { maxRank: 256 } },
  firstRound: () => 1,
  weighting: () => "samples",
  robustRefusal:
    "FedEx-LoRA adds back what averaging loses, so it needs every adapter, not a robust mean; it bounds outliers only.",
  sumRefusal:
    "FedEx-LoRA adds back what averaging loses, for which it needs every adapter; choose another method, or let updates be sent as they are.",
  plan: (_config, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: { part: "all", extra: "merged" },
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner }],
      upload: { slot: "shared", form: "value", part: "all", extra: null },
      serve: serveShared,
    }),
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate({ shared }, contributions, { maxRank }) {
    const average = mean(contributions, "samples");
    const [, merged] = splitRanks(shared, rankOf(average));
    const residual = residualOf(contributions, average);
    const next = residual ? mergeUpdate(merged, residual, maxRank) : merged;
    return { shared: next ? stackRanks([average, next]) : average, memory: {} };
  },
};

/** sum_k p_k B_k A_k - B' A' in R (N - 1) ranks; null for one client, where it is zero. */
function residualOf(contributions: readonly Contribution[], average: NamedTensors): NamedTensors | null {
  const ranks = rankOf(average) * (contributions.length - 1);
  return ranks === 0 ? null : truncateRank(stackRanks([stackedMean(contributions, "samples"), scaled(average, -1)]), ranks);
}
