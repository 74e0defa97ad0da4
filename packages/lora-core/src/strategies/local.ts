/**
 * Local: every client trains its personal adapter alone, and nothing but metrics is sent. The baseline of every comparison.
 * Trains for the same budget as FDLoRA: E1, then T times K, restarting the inner optimiser at the same points.
 */
import { z } from "zod";
import { isFusing, isLocalLearning } from "../schedule/roundNumbers.ts";
import { servePersonal } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const localConfig = z.strictObject({});

export const local: Strategy<z.output<typeof localConfig>> = {
  id: "local",
  label: "Local only",
  summary: "Every client trains alone and sends only its figures: what federation has to beat.",
  configSchema: localConfig,
  presets: { standard: {} },
  firstRound: () => 0,
  weighting: () => "samples",
  plan: (_config, budgets, { round }) =>
    isFusing(round, budgets.rounds)
      ? { stage: "fusing", receive: null, steps: [], upload: null, serve: servePersonal }
      : {
          stage: "local",
          receive: null,
          steps: [{ kind: "train", slot: "personal", budget: isLocalLearning(round) ? budgets.local : budgets.inner }],
          upload: null,
          serve: null,
        },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: () => {
    throw new RangeError("Nothing to aggregate: with local training no client contributes");
  },
};
