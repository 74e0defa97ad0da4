/**
 * FedSA-LoRA (Guo et al. 2025, arXiv 2410.01463, section 3): both factors are trained, only A is shared.
 *
 *   client k:     (A_k, B_k) = InnerOpt(A, B_k);  sends A - A_k and keeps B_k
 *   coordinator:  A' = sum_k (n_k / n) A_k
 *
 * A is taken to carry what is general, B what is the client's. About half of FedAvg's bytes each way.
 * Differs from paper: no classification head of its own (the base's head is frozen); a client that joins late starts from B = 0.
 * The coordinator holds no B, so what it serves to non-clients is the base, and its aggregation error is not defined.
 */
import { z } from "zod";
import { averageDifferences } from "./fedAvg.ts";
import { everyRound, serveShared } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const fedSaConfig = z.strictObject({});

export const fedSa: Strategy<z.output<typeof fedSaConfig>> = {
  id: "fedsa-lora",
  label: "FedSA-LoRA",
  summary: "Every client trains the whole adapter, but only its A factors are averaged; the B factors stay with the client.",
  configSchema: fedSaConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  weighting: () => "samples",
  plan: (_config, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: { part: "a", extra: null },
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner }],
      upload: { slot: "shared", form: "difference", part: "a", extra: null },
      serve: serveShared,
    }),
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
