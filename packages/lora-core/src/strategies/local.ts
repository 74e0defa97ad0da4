/**
 * Local: every client trains its personal adapter alone, and nothing but metrics is sent. The baseline of every comparison.
 * Trains for the same budget as FDLoRA: E1, then T times K, restarting the inner optimiser at the same points.
 */
import { z } from "zod";
import type { Strategy } from "./strategy.ts";

const localConfig = z.strictObject({});

export const local: Strategy<z.output<typeof localConfig>> = {
  id: "local",
  label: "Local only",
  configSchema: localConfig,
  presets: { standard: {} },
  firstRound: () => 0,
  plan: (_config, budgets, { round }) =>
    round > budgets.rounds
      ? { stage: "fusing", receive: false, steps: [], upload: null, serve: { kind: "slot", slot: "personal" } }
      : {
          stage: "local",
          receive: false,
          steps: [{ kind: "train", slot: "personal", budget: round === 0 ? budgets.local : budgets.inner }],
          upload: null,
          serve: null,
        },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: () => {
    throw new RangeError("Nothing to aggregate: with local training no client contributes");
  },
};
