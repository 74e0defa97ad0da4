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
 * What the text leaves open is a setting: when and what is synced, the outer step, where theta_s starts, whether theta_p is active
 * while theta_s trains, and how the two are fused.
 *
 * Differs from paper: line 9 prints `t % H` as a truth value, the opposite of its comment; the presets sync when t is a multiple of
 * H, `sync.when: "printed"` follows the print. The prose of line 12 would train theta_p and leave Delta zero; the pseudocode is
 * followed.
 * Differs from paper: `init: "seed"` and `finish` exist because the printed algorithm sends every theta_p(i) to the server (line 7),
 * and theta_p(i) after a sync is something just uploaded. With both and no sync, no tensor of theta_p ever leaves a client: the
 * shared adapter starts from the common seed, and after the last outer step the personal adapter starts from theta_s(T) and takes K
 * steps of its own. Stage 1 is left out where nothing of it would remain.
 * A client that joins late does stage 1 before its first round, but not before one that writes over what it would leave.
 */
import { z } from "zod";
import { type FusionConfig, fusionConfig } from "../fusion/fusionConfig.ts";
import { isFusing, isLocalLearning } from "../schedule/roundNumbers.ts";
import { mean } from "./contributions.ts";
import { outerMemory, outerOptimizerConfig, outerStep } from "./outerOptimizer.ts";
import { copyToPersonal, personalFinish, receiveShared, uploadDifference, uploadPersonal } from "./plans.ts";
import type { LocalStep, Serve, Strategy, TrainStep } from "./strategy.ts";

const fdLoraConfig = z.strictObject({
  /** Where theta_s(0) comes from: the mean of the personal adapters (line 7), or the federation's seed. */
  init: z.enum(["mean-personal", "seed"]),
  sync: z.strictObject({
    /** H; 0 means never. */
    every: z.number().int().min(0).max(1000),
    /** multiple: in rounds that H divides, as the comment of line 9 says; printed: in all others, as its condition does. */
    when: z.enum(["multiple", "printed"]),
    /** uploaded: theta_p becomes the copy that is uploaded (line 14); received: what the round started from, the last outer step's. */
    copy: z.enum(["uploaded", "received"]),
  }),
  /** Whether theta_p restarts from theta_s(T) and takes K steps that stay on the client, before the two are fused. */
  finish: z.boolean(),
  /** Whether theta_p, frozen, is active beside theta_s while theta_s is trained. */
  personalInForward: z.boolean(),
  outer: outerOptimizerConfig,
  weighting: z.enum(["uniform", "samples"]),
  /** How the two are fused: a search on the client's fusion rows, or half of each, always. */
  fusion: z.union([fusionConfig, z.strictObject({ kind: z.literal("halves") })]),
});
export type FdLoraConfig = z.output<typeof fdLoraConfig>;

/** Ours: what is searched for within a client's handful of rows. */
export const FUSION_SEARCH: FusionConfig = {
  kind: "factor",
  objective: "error",
  maxEvaluations: 6,
  l1: 0.05,
  confidence: 1,
  bound: 1.5,
};

/** Ours, where the personal adapter may be sent: the mean of all starts the shared one, and after every round it is a copy of what was sent. */
const sendsPersonal: FdLoraConfig = {
  init: "mean-personal",
  sync: { every: 1, when: "multiple", copy: "uploaded" },
  finish: false,
  personalInForward: false,
  outer: { form: "nesterov", learningRate: 1, momentum: 0.5 },
  weighting: "uniform",
  fusion: FUSION_SEARCH,
};

/**
 * What is established about the paper's settings: mean initialisation, 1/N weights, momentum 0.5, 5 fusion evaluations,
 * lambda 0.05. Not established and ours: H (5, 10, T and never are named; 5 here), the outer rate (1e-3 and 1 are both
 * reported; 1 here), heavy-ball (two transcriptions print that formula while calling it Nesterov).
 */
const paper: FdLoraConfig = {
  ...sendsPersonal,
  sync: { every: 5, when: "multiple", copy: "uploaded" },
  outer: { form: "heavy-ball", learningRate: 1, momentum: 0.5 },
  fusion: { kind: "factor", objective: "loss", maxEvaluations: 5, l1: 0.05, confidence: 0, bound: 1.5 },
};

/**
 * No tensor of the personal adapter, nor one made from it alone, ever leaves the client. Without momentum: the first differences from
 * the seed are large, and a step beyond their mean loses what they learned.
 */
const privatePreset: FdLoraConfig = {
  ...sendsPersonal,
  init: "seed",
  sync: { every: 0, when: "multiple", copy: "received" },
  finish: true,
  outer: { form: "average" },
};

/** The same without a search, which costs steps and the rows that it looks at: both updates, a half each. */
const halves: FdLoraConfig = { ...privatePreset, fusion: { kind: "halves" } };

export const fdLora: Strategy<FdLoraConfig> = {
  id: "fdlora",
  label: "FDLoRA",
  summary:
    "A personal and a shared adapter per client; only the shared one is averaged, and at the end each client mixes the two.",
  configSchema: fdLoraConfig,
  presets: { private: privatePreset, halves, "sends-personal": sendsPersonal, paper },
  firstRound: (config) => (learnsAlone(config) ? 0 : 1),
  weighting: ({ weighting }) => weighting,

  plan(config, budgets, { round, isNewcomer }) {
    const learnAlone: LocalStep = { kind: "train", slot: "personal", budget: budgets.local };
    if (isLocalLearning(round)) {
      const upload = config.init === "mean-personal" ? uploadPersonal : null;
      return { stage: "local", receive: null, steps: [learnAlone], upload, serve: null };
    }
    const catchUp = isNewcomer && learnsAlone(config) ? [learnAlone] : [];
    if (isFusing(round, budgets.rounds)) {
      const steps = config.finish ? personalFinish(budgets) : catchUp;
      return { stage: "fusing", receive: receiveShared, steps, upload: null, serve: servedBy(config.fusion) };
    }
    const trainShared: TrainStep = {
      kind: "train",
      slot: "shared",
      budget: budgets.inner,
      ...(config.personalInForward ? { active: { personal: 1, shared: 1 } } : {}),
    };
    return {
      stage: "federated",
      receive: receiveShared,
      steps: [...(leavesNothing(config, round) ? [] : catchUp), ...withSync(config, round, trainShared)],
      upload: uploadDifference,
      serve: null,
    };
  },

  init: (initial, { outer }) => ({ shared: initial, memory: outerMemory(outer, initial) }),

  aggregate(state, contributions, config, round) {
    const average = mean(contributions, config.weighting);
    return isLocalLearning(round) ? { ...state, shared: average } : outerStep(config.outer, state, average);
  },
};

function servedBy(fusion: FdLoraConfig["fusion"]): Serve {
  return fusion.kind === "halves" ? { kind: "sum", weights: { personal: 0.5, shared: 0.5 } } : { kind: "fuse", search: fusion };
}

/** Whether there is a stage 1: not where its result is neither averaged nor kept. */
function learnsAlone({ init, sync, finish }: FdLoraConfig): boolean {
  return init === "mean-personal" || (sync.every === 0 && !finish);
}

/** Whether nothing is left after a federated round of what a client has learned alone, nor was made with it. */
function leavesNothing({ personalInForward, finish, sync }: FdLoraConfig, round: number): boolean {
  return !personalInForward && (finish || isSynced(sync, round));
}

function isSynced({ every, when }: FdLoraConfig["sync"], round: number): boolean {
  return every !== 0 && (round % every === 0) === (when === "multiple");
}

/** The shared training of a round, with the personal adapter's sync around it in the rounds that have one. */
function withSync({ sync }: FdLoraConfig, round: number, trainShared: TrainStep): readonly LocalStep[] {
  if (!isSynced(sync, round)) return [trainShared];
  return sync.copy === "uploaded" ? [trainShared, copyToPersonal] : [copyToPersonal, trainShared];
}
