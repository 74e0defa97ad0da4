/**
 * SCAFFOLD (Karimireddy et al. 2020, arXiv 1910.06378, Algorithm 1): control variates take the drift of each client out of its steps.
 *
 *   client i:     steps with g - c_i + c;  c_i' = mean of the g of its steps;  sends theta - theta_i and c_i'
 *   coordinator:  theta' = theta - mean_i (theta - theta_i);  c = mean of everyone's newest c_i
 *
 * With plain SGD, option II's c_i' = c_i - c + (theta - theta_i) / (K eta) is that same mean of g, because theta - theta_i is
 * eta times the sum of (g - c_i + c). Keeping every c_i gives the paper's c + |S| / N mean(c_i' - c_i) for the N clients known.
 * Differs from paper: the inner optimiser is AdamW, for which only the mean of g is a gradient; corrected gradients are clipped
 * before it sees them; the global step size is 1; in a secure sum c is the mean over the clients of the newest one, since nobody knows
 * a single c_i. Twice the bytes of FedAvg each way (from the second round on, downwards).
 */
import { z } from "zod";
import { rankOf, splitRanks, stackRanks } from "../adapters/adapterSum.ts";
import { linearCombination } from "../tensors/arithmetic.ts";
import { remember, remembered } from "./clientMemory.ts";
import { mean, movedBy, ordered } from "./contributions.ts";
import { everyRound, serveShared } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const scaffoldConfig = z.strictObject({});

export const scaffold: Strategy<z.output<typeof scaffoldConfig>> = {
  id: "scaffold",
  label: "SCAFFOLD",
  summary: "FedAvg whose clients correct each step by how their own gradients differ from everyone's; sends twice as much.",
  configSchema: scaffoldConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  weighting: () => "uniform",
  robustRefusal:
    "SCAFFOLD keeps a control variate of every client, so no robust mean can stand for them; it bounds outliers only.",
  plan: (_config, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: { part: "all", extra: "control" },
      steps: [{ kind: "train", slot: "shared", budget: budgets.inner, controlled: true }],
      upload: { slot: "shared", form: "difference", part: "all", extra: "control" },
      serve: serveShared,
    }),
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate({ shared, memory }, contributions) {
    const parts = ordered(contributions).map(({ clientId, sampleCount, tensors }) => {
      const [difference, control] = splitRanks(tensors, rankOf(shared));
      if (!control) throw new RangeError("SCAFFOLD: a contribution has no control variate");
      return { clientId, sampleCount, difference, control };
    });
    const difference = mean(
      parts.map((part) => ({ ...part, tensors: part.difference })),
      "uniform",
    );
    const next = remember(
      memory,
      parts.map(({ clientId, control }) => ({ clientId, tensors: control })),
    );
    return { shared: movedBy(shared, difference), memory: next };
  },
  download({ shared, memory }) {
    const controls = remembered(memory).map(({ tensors }) => tensors);
    if (controls.length === 0) return shared;
    const share = 1 / controls.length;
    return stackRanks([
      shared,
      linearCombination(
        controls.map(() => share),
        controls,
      ),
    ]);
  },
};
