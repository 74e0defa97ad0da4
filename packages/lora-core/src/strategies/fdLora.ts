/**
 * FDLoRA (Qi et al. 2024, arXiv 2406.07925, Algorithm 1): a personal and a shared LoRA adapter per client.
 *
 *   stage 1   theta_p(i) = InnerOpt(theta_0, D(i), E1)                                     lines 1-6
 *             theta_s(0) = (1/N) sum_i theta_p(i)                                          line 7
 *   stage 2   theta_s(i) = InnerOpt(theta_s(t-1), D(i), K);                                lines 8-19
 *             every H rounds theta_p(i) = theta_s(i), before the outer step;               lines 9, 13-14
 *             Delta = mean_i (theta_s(t-1) - theta_s(i));  theta_s(t) = OuterOpt(theta_s(t-1), Delta)
 *   stage 3   AdaFusion of theta_p(i) and theta_s(T) on a few examples of client i         fusion/adaFusion.ts
 *
 * A and B are averaged separately, from one common seeded start (factor means need a common A).
 *
 * Differs from paper: line 9 prints `t % H` as a truth value, the opposite of its comment; here the sync happens when t is a
 * multiple of H. The prose of line 12 would train theta_p and leave Delta zero; the pseudocode is followed.
 * Differs from paper: `init: "seed"` and `sync.copy: "own"` exist because the printed algorithm sends every theta_p(i) to the
 * server (line 7), and theta_p(i) after a sync is something just uploaded. With both, no tensor of theta_p ever leaves a client:
 * the shared adapter starts from the common seed, and on a sync round the personal adapter restarts from the *received* shared
 * adapter and takes K steps of its own, on batches of its own.
 * A client that joins late does stage 1 on its own before its first federated round.
 */
import { z } from "zod";
import { fusionConfig } from "../fusion/fusionConfig.ts";
import { zerosLike } from "../tensors/arithmetic.ts";
import { mean } from "./contributions.ts";
import { outerOptimizerConfig, outerStep } from "./outerOptimizer.ts";
import type { LocalStep, Strategy } from "./strategy.ts";

const fdLoraConfig = z.strictObject({
  /** Where theta_s(0) comes from: the mean of the personal adapters (line 7), or the federation's seed. */
  init: z.enum(["mean-personal", "seed"]),
  sync: z.strictObject({
    /** H; 0 means never. */
    every: z.number().int().min(0).max(1000),
    /** uploaded: theta_p becomes the copy that is uploaded (line 14); own: it is trained apart and stays here. */
    copy: z.enum(["uploaded", "own"]),
  }),
  outer: outerOptimizerConfig,
  weighting: z.enum(["uniform", "samples"]),
  fusion: fusionConfig,
});
export type FdLoraConfig = z.output<typeof fdLoraConfig>;

/** Ours, the default. */
const recommended: FdLoraConfig = {
  init: "mean-personal",
  sync: { every: 2, copy: "uploaded" },
  outer: { form: "nesterov", learningRate: 1, momentum: 0.5 },
  weighting: "uniform",
  fusion: { maxEvaluations: 12, l1: 0.05, confidence: 2, bound: 1.5 },
};

/**
 * What is established about the paper's settings: mean initialisation, 1/N weights, momentum 0.5, 5 fusion evaluations,
 * lambda 0.05. Not established and ours: H (5, 10, T and never are named; 5 here), the outer rate (1e-3 and 1 are both
 * reported; 1 here), heavy-ball (two transcriptions print that formula while calling it Nesterov).
 */
const paper: FdLoraConfig = {
  init: "mean-personal",
  sync: { every: 5, copy: "uploaded" },
  outer: { form: "heavy-ball", learningRate: 1, momentum: 0.5 },
  weighting: "uniform",
  fusion: { maxEvaluations: 5, l1: 0.05, confidence: 0, bound: 1.5 },
};

/** As recommended, but no tensor of the personal adapter, nor one made from it alone, ever leaves the tab. */
const privatePreset: FdLoraConfig = { ...recommended, init: "seed", sync: { every: 2, copy: "own" } };

export const fdLora: Strategy<FdLoraConfig> = {
  id: "fdlora",
  label: "FDLoRA",
  configSchema: fdLoraConfig,
  presets: { recommended, paper, private: privatePreset },
  firstRound: () => 0,

  plan(config, budgets, { round, isNewcomer }) {
    const learnAlone: LocalStep = { kind: "train", slot: "personal", budget: budgets.local };
    if (round === 0) {
      const upload = config.init === "mean-personal" ? ({ slot: "personal", form: "value" } as const) : null;
      return { stage: "local", receive: false, steps: [learnAlone], upload, serve: null };
    }
    const catchUp = isNewcomer ? [learnAlone] : [];
    if (round > budgets.rounds) {
      return { stage: "fusing", receive: true, steps: catchUp, upload: null, serve: { kind: "fuse", search: config.fusion } };
    }
    const trainShared: LocalStep = { kind: "train", slot: "shared", budget: budgets.inner };
    return {
      stage: "federated",
      receive: true,
      steps: [...catchUp, ...withSync(config, round, trainShared)],
      upload: { slot: "shared", form: "difference" },
      serve: null,
    };
  },

  init: (initial) => ({ shared: initial, memory: { velocity: zerosLike(initial) } }),

  aggregate(state, contributions, config, round) {
    const average = mean(contributions, config.weighting);
    if (round === 0) return { ...state, shared: average };
    const { velocity } = state.memory;
    if (!velocity) throw new RangeError("FDLoRA: the server state has no velocity");
    const next = outerStep(config.outer, state.shared, velocity, average);
    return { shared: next.parameters, memory: { velocity: next.velocity } };
  },
};

/** The shared training of a round, with the personal adapter's sync around it when H divides the round. */
function withSync({ sync }: FdLoraConfig, round: number, trainShared: LocalStep): readonly LocalStep[] {
  if (sync.every === 0 || round % sync.every !== 0) return [trainShared];
  if (sync.copy === "uploaded") return [trainShared, { kind: "copy", from: "shared", to: "personal" }];
  return [{ kind: "copy", from: "shared", to: "personal" }, { ...trainShared, slot: "personal" } as LocalStep, trainShared];
}
