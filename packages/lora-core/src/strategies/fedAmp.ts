/**
 * FedAMP (Huang et al. 2021, arXiv 2007.03797, equations 4 to 6): every client gets a cloud model of its own, nearer to clients
 * that learned something similar.
 *
 *   coordinator:  u_i = (1 - sum_j xi_ij) theta_i + sum_{j != i} xi_ij theta_j,   xi_ij = alpha exp(-d_ij^2 / sigma) / sigma
 *   client i:     theta_i = InnerOpt(F_i(theta) + (mu / 2) |theta - u_i|^2)
 *
 * d_ij^2 is |theta_i - theta_j|^2 over its mean over all pairs: plain distances depend on how large the adapters are, and then every
 * xi is 0 or alpha. Where the xi of a client sum to more than 1 - 1/N they are scaled down to it, so that it always counts.
 * Differs from paper: that normalisation; mu = lambda / alpha is one number; theta_i is the client's newest upload, also when it
 * missed a round. A client the coordinator does not know yet gets the plain mean.
 * The coordinator needs every client's adapter by itself: nothing is hidden in a sum.
 */
import { z } from "zod";
import { l2Norm, linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { remember, remembered } from "./clientMemory.ts";
import { mean, ordered } from "./contributions.ts";
import { everyRound, GENTLE_PULL, receiveShared, servePersonal, uploadPersonal } from "./plans.ts";
import type { ServerState, Strategy } from "./strategy.ts";

const fedAmpConfig = z.strictObject({
  /** alpha */
  attention: z.number().min(0).max(100),
  /** sigma, in mean squared distances. */
  width: z.number().positive().max(100),
  /** Strength of the pull towards the client's cloud model. */
  mu: z.number().min(0).max(1000),
});
type FedAmpConfig = z.output<typeof fedAmpConfig>;

export const fedAmp: Strategy<FedAmpConfig> = {
  id: "fedamp",
  label: "FedAMP",
  summary:
    "Each client receives its own mixture of everyone's adapters, with more weight on clients that learned similar things.",
  configSchema: fedAmpConfig,
  presets: { standard: { attention: 1, width: 1, mu: 0.1 }, gentle: { attention: 1, width: 1, mu: GENTLE_PULL } },
  firstRound: () => 1,
  weighting: () => "uniform",
  robustRefusal: "FedAMP makes another mixture for every client, so no robust mean can stand for them; it bounds outliers only.",
  sumRefusal:
    "FedAMP compares the clients' adapters with each other, which a secure sum hides; choose another method, or let updates be sent as they are.",
  plan: ({ mu }, budgets, { round }) =>
    everyRound(budgets, round, {
      receive: receiveShared,
      steps: [{ kind: "train", slot: "personal", budget: budgets.inner, proximal: { to: "shared", mu } }],
      upload: uploadPersonal,
      serve: servePersonal,
    }),
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: (state, contributions) => ({
    shared: mean(contributions, "uniform"),
    memory: remember(state.memory, ordered(contributions)),
  }),
  downloadsDiffer: true,
  download({ shared, memory }, clientId, config) {
    const clients = remembered(memory);
    const self = clients.findIndex((client) => client.clientId === clientId);
    if (self < 0) return shared;
    const adapters = clients.map(({ tensors }) => tensors);
    return linearCombination(attention(distancesOf(memory, adapters), self, config), adapters);
  },
};

/** By the memory that they belong to: every client's download needs all of them. */
const knownDistances = new WeakMap<ServerState["memory"], readonly (readonly number[])[]>();

/** d_ij^2, not yet divided by their mean. */
function distancesOf(memory: ServerState["memory"], adapters: readonly NamedTensors[]): readonly (readonly number[])[] {
  const known = knownDistances.get(memory);
  if (known) return known;
  const below = adapters.map((a, i) => adapters.slice(0, i).map((b) => l2Norm(linearCombination([1, -1], [a, b])) ** 2));
  const squared = adapters.map((_, i) => adapters.map((_, j) => (i === j ? 0 : (below[Math.max(i, j)]?.[Math.min(i, j)] ?? 0))));
  knownDistances.set(memory, squared);
  return squared;
}

/** Weights of everyone's adapter in the cloud model of client `self`; they sum to 1. */
function attention(
  squared: readonly (readonly number[])[],
  self: number,
  { attention: alpha, width }: FedAmpConfig,
): readonly number[] {
  const pairs = squared.flatMap((row, i) => row.slice(0, i));
  const meanSquared = pairs.reduce((sum, value) => sum + value, 0) / Math.max(1, pairs.length);
  const raw = (squared[self] ?? []).map((distance, j) =>
    j === self ? 0 : (alpha * Math.exp(-(meanSquared > 0 ? distance / meanSquared : 0) / width)) / width,
  );
  const total = raw.reduce((sum, value) => sum + value, 0);
  const most = 1 - 1 / squared.length;
  const others = total > most ? raw.map((value) => (value * most) / total) : raw;
  const given = others.reduce((sum, value) => sum + value, 0);
  return others.map((value, j) => (j === self ? 1 - given : value));
}
