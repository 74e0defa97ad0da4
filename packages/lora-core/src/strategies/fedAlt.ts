/**
 * FedALT (Bian et al. 2026, arXiv 2503.11880, Algorithm 1): every client keeps its own adapter beside a frozen one made of all others.
 *
 *   coordinator:  R_i = mean of theta_j over j != i, A and B separately
 *   client i:     theta_i = InnerOpt(theta; W + w theta + (1 - w) R_i, R_i frozen);  sends theta_i
 *   serving:      W + w1 theta_i + w2 R_i
 *
 * No average ever overwrites theta_i. The others' newest uploads count, also when they missed a round.
 * Differs from paper: the paper mixes the two per token with a trained gate; here w is constant in training, and one pair of weights
 * per client is searched on its fusion rows for serving (fusion/adaFusion.ts, product).
 */
import { z } from "zod";
import { fusionConfig } from "../fusion/fusionConfig.ts";
import { linearCombination, zerosLike } from "../tensors/arithmetic.ts";
import { remember, remembered } from "./clientMemory.ts";
import { mean, ordered } from "./contributions.ts";
import { everyRound, receiveShared, uploadPersonal } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const fedAltConfig = z.strictObject({
  /** w */
  ownWeight: z.number().min(0).max(1),
  fusion: fusionConfig,
});

export const fedAlt: Strategy<z.output<typeof fedAltConfig>> = {
  id: "fedalt",
  label: "FedALT",
  summary: "Each client's adapter is never averaged away; it is trained beside a frozen mean of everyone else's.",
  configSchema: fedAltConfig,
  presets: {
    standard: {
      ownWeight: 0.5,
      fusion: { kind: "product", objective: "error", maxEvaluations: 12, l1: 0.05, confidence: 2, bound: 1.5 },
    },
    // As many evaluations as FDLoRA's presets have, so that as many steps are left to train.
    brief: {
      ownWeight: 0.5,
      fusion: { kind: "product", objective: "error", maxEvaluations: 6, l1: 0.05, confidence: 1, bound: 1.5 },
    },
  },
  firstRound: () => 1,
  weighting: () => "uniform",
  robustRefusal:
    "FedALT gives every client the mean of the others, so no robust mean can stand for them; it bounds outliers only.",
  sumRefusal:
    "FedALT gives every client the mean of the others, which a secure sum does not tell; choose another method, or let updates be sent as they are.",
  plan: ({ ownWeight, fusion }, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: receiveShared,
      steps: [{ kind: "train", slot: "personal", budget: budgets.inner, active: { personal: ownWeight, shared: 1 - ownWeight } }],
      upload: uploadPersonal,
      serve: { kind: "fuse", search: fusion },
    }),
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: (state, contributions) => ({
    shared: mean(contributions, "uniform"),
    memory: remember(state.memory, ordered(contributions)),
  }),
  downloadsDiffer: true,
  download({ shared, memory }, clientId) {
    const clients = remembered(memory);
    if (!clients.some((client) => client.clientId === clientId)) return shared;
    const others = clients.filter((client) => client.clientId !== clientId).map(({ tensors }) => tensors);
    if (others.length === 0) return zerosLike(shared);
    return linearCombination(
      others.map(() => 1 / others.length),
      others,
    );
  },
};
