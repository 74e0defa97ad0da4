/**
 * FLoRA (Wang et al. 2024, arXiv 2409.05976, Algorithm 1): the clients' adapters are stacked, which is their exact sum.
 *
 *   client k:     (A_k, B_k) = InnerOpt from the start, on W + M;  sends (A_k, B_k)
 *   coordinator:  M' = M + sum_k (n_k / n) B_k A_k,  by stacking p_k B_k and A_k
 *
 * The paper merges the stack into W and starts every round from a fresh adapter. Here M stays a factor pair beside the frozen base
 * (mergedUpdate.ts) and clients receive the whole of it, so that one that missed rounds needs nothing else. It grows by N R ranks a
 * round, up to what a full matrix has, or to `maxRank`, beyond which it is no longer exact and the aggregation error shows it.
 * Differs from paper: that; every round starts from the same seeded A and B = 0 (the paper draws A anew); all clients have one rank.
 */
import { z } from "zod";
import { partOf, rankOf, splitRanks, stackRanks, withPart } from "../adapters/adapterSum.ts";
import { l2Norm, zerosLike } from "../tensors/arithmetic.ts";
import { mergeUpdate, stackedMean } from "./mergedUpdate.ts";
import { everyRound, serveShared } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const floraConfig = z.strictObject({
  /** Most ranks of M. */
  maxRank: z.number().int().min(1).max(1024),
});

export const flora: Strategy<z.output<typeof floraConfig>> = {
  id: "flora",
  label: "FLoRA",
  summary: "The clients' adapters are stacked instead of averaged: an exact sum that grows with clients and rounds.",
  configSchema: floraConfig,
  presets: { standard: { maxRank: 256 } },
  firstRound: () => 1,
  weighting: () => "samples",
  robustRefusal: "FLoRA stacks the clients' adapters, so no robust mean can stand for them; it bounds outliers only.",
  sumRefusal:
    "FLoRA stacks the clients' adapters, which a secure sum hides; choose another method, or let updates be sent as they are.",
  plan: (_config, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: { part: "all", extra: "merged" },
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner }],
      upload: { slot: "shared", form: "value", part: "all", extra: null },
      serve: serveShared,
    }),
  init(initial) {
    // An adapter that has learned already is merged first, or every round would count it again.
    const b = partOf(initial, "b");
    const shared = l2Norm(b) === 0 ? initial : stackRanks([withPart(initial, zerosLike(b)), initial]);
    return { shared, memory: {} };
  },
  aggregate({ shared }, contributions, { maxRank }) {
    const update = stackedMean(contributions, "samples");
    const [start, merged] = splitRanks(shared, rankOf(update) / contributions.length);
    return { shared: stackRanks([start, mergeUpdate(merged, update, maxRank)]), memory: {} };
  },
};
