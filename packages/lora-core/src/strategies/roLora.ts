/**
 * RoLoRA (Chen et al. 2025, arXiv 2502.01755, Algorithm 1): the factors take turns, so every average is exact and both learn.
 *
 *   odd rounds:   B_k = InnerOpt(B; A frozen);  B' = sum_k (n_k / n) B_k
 *   even rounds:  A_k = InnerOpt(A; B frozen);  A' = sum_k (n_k / n) A_k
 *
 * B goes first, because A has no gradient while B is zero. Only the factor that moved is sent.
 * Differs from paper: clients receive both factors every round, so that one that missed a round or joins late needs nothing more;
 * weights are by training rows.
 */
import { z } from "zod";
import { averageDifferences } from "./fedAvg.ts";
import { everyRound, receiveShared, serveShared } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const roLoraConfig = z.strictObject({});

export const roLora: Strategy<z.output<typeof roLoraConfig>> = {
  id: "rolora",
  label: "RoLoRA",
  summary: "One half of the adapter is trained and averaged in odd rounds, the other in even ones, so every average is exact.",
  configSchema: roLoraConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  weighting: () => "samples",
  plan(_config, budgets, { round }) {
    const part = round % 2 === 1 ? "b" : "a";
    return everyRound(budgets, round, {
      receive: receiveShared,
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner, part }],
      upload: { slot: "shared", form: "difference", part, extra: null },
      serve: serveShared,
    });
  },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
