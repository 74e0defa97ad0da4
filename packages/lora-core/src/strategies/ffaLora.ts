/**
 * FFA-LoRA (Sun et al. 2024, arXiv 2403.12313, section 4): A stays at its random start, only B is trained and averaged.
 *
 *   client k:     B_k = InnerOpt(B; A frozen);  sends B - B_k
 *   coordinator:  B' = sum_k (n_k / n) B_k,  and (sum p_k B_k) A is exactly the mean update
 *
 * A comes from the federation's seed and never travels: half of FedAvg's bytes each way (for layers as wide as high).
 * Differs from paper: A is uniform as in PEFT (the paper: normal); no differential privacy; the paper doubles alpha, here the
 * federation's alpha is used.
 */
import { z } from "zod";
import { averageDifferences } from "./fedAvg.ts";
import { everyRound, serveShared } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const ffaLoraConfig = z.strictObject({});

export const ffaLora: Strategy<z.output<typeof ffaLoraConfig>> = {
  id: "ffa-lora",
  label: "FFA-LoRA",
  summary: "FedAvg of one half of the adapter, the other half being fixed: the average is exact and costs half the bytes.",
  configSchema: ffaLoraConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  weighting: () => "samples",
  plan: (_config, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: { part: "b", extra: null },
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner, part: "b" }],
      upload: { slot: "shared", form: "difference", part: "b", extra: null },
      serve: serveShared,
    }),
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
