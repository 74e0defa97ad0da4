/**
 * A federated method as a value: what clients do in a round (as data), and what the coordinator does with what they send.
 * Pure: no TF.js, no I/O, no clock, no randomness. The worker interprets a {@link RoundPlan} and knows no method by name.
 */
import type { z } from "zod";
import type { AdapterPart } from "../adapters/adapterPart.ts";
import type { FusionWeights } from "../fusion/adaFusion.ts";
import type { FusionConfig } from "../fusion/fusionConfig.ts";
import type { FirstRound, Stage } from "../schedule/roundNumbers.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { TrainingSpan } from "../training/learningRate.ts";
import type { Budget } from "../training/trainingConfig.ts";

/** How clients count in an average. uniform: 1/N each, as FDLoRA prints it; samples: n_k / n, by training rows. */
export type Weighting = "uniform" | "samples";

/** plain: what clients share is sent as it is; secure: the coordinator sees the sum alone (secureAggregation/). */
export type Aggregation = "plain" | "secure";

/** The two adapters a client holds. Every slot starts as the federation's seeded initial adapter. */
export type AdapterSlot = "personal" | "shared";

/** Optimises one slot with a fresh inner optimiser. Whatever else is active in the forward pass is frozen. */
export interface TrainStep {
  readonly kind: "train";
  readonly slot: AdapterSlot;
  readonly budget: Budget;
  /** What moves; the rest of the slot stays as it is. Left out: all of it. */
  readonly part?: AdapterPart;
  /** Weights of the two adapters, summed in the forward pass. Left out: the trained slot alone. */
  readonly active?: FusionWeights;
  /** Adds (mu / 2) |theta - anchor|^2 to the loss; the anchor is what that slot holds as the step begins. */
  readonly proximal?: { readonly to: AdapterSlot; readonly mu: number };
  /** Adds weight T^2 KL(softmax(teacher / T), softmax(student / T)); the teacher is what that slot holds as the step begins. */
  readonly distill?: { readonly from: AdapterSlot; readonly weight: number; readonly temperature: number };
  /** Balanced softmax: adds the logarithm of this client's own class counts to the logits. */
  readonly balanced?: boolean;
  /** SCAFFOLD: gradients become g - c_i + c, and the mean of the raw g becomes this client's c_i. */
  readonly controlled?: boolean;
  /** Over which part of its fall the learning rate goes; left out: it does not fall. Set by `roundPlanOf` (roundPlan.ts), by no method. */
  readonly span?: TrainingSpan;
  /** The same of what learns alone beside this training. */
  readonly aloneSpan?: TrainingSpan;
}

/** Towards what a slot learns that is trained together with the other one. */
export interface Lesson extends Pick<TrainStep, "active" | "balanced"> {
  /**
   * Adds weight T^2 KL(softmax(other / T), softmax(own / T)), over the sum of both slots' mean CE on the batch: the less the two know yet, the
   * less they go by each other.
   */
  readonly distill?: { readonly weight: number; readonly temperature: number };
}

/**
 * Optimises both slots on the same batches, each with a fresh inner optimiser and a loss of its own. Of a batch both losses' gradients come
 * first, each slot's by its own loss alone, then both slots step: what they see of each other are constants, as they were before.
 */
export interface TrainBothStep extends Record<AdapterSlot, Lesson> {
  readonly kind: "trainBoth";
  /** Of each slot: a batch is two steps' work, as both go forward and back over it. */
  readonly budget: Budget;
  /** As in {@link TrainStep}. */
  readonly span?: TrainingSpan;
  readonly aloneSpan?: TrainingSpan;
}

/** One local action, executed in order. */
export type LocalStep =
  | TrainStep
  | TrainBothStep
  | { readonly kind: "copy"; readonly from: AdapterSlot; readonly to: AdapterSlot }
  /**
   * In a client's first round the slot becomes an adapter without effect whose A is drawn from its own seed, unlike the one that all begin
   * with; later this step does nothing.
   */
  | { readonly kind: "draw"; readonly slot: AdapterSlot };

/** The coordinator's adapter overwrites `part` of the shared slot before the steps. */
export interface Receive {
  readonly part: AdapterPart;
  /**
   * What the ranks beyond the adapter's own are. merged: an update that stays frozen and active in every forward pass, as if it
   * were merged into the base; control: the coordinator's control variate.
   */
  readonly extra: "merged" | "control" | null;
}

/** What is sent: `part` of a slot, and with `control` this client's control variate stacked behind it. */
export interface Upload {
  readonly slot: AdapterSlot;
  /** `difference` is (received - now) of the shared slot: the pseudo-gradient. `value` is the slot itself. */
  readonly form: "value" | "difference";
  readonly part: AdapterPart;
  readonly extra: "control" | null;
  /** Times the difference, see workShare.ts; left out: 1. */
  readonly scale?: number;
}

/** What one client does in one round. */
export interface RoundPlan {
  readonly stage: Stage;
  readonly receive: Receive | null;
  readonly steps: readonly LocalStep[];
  readonly upload: Upload | null;
  /** The shared adapter is measured once more, as the steps leave it. Set by `roundPlanOf` (roundPlan.ts), by no method. */
  readonly beforeAggregation?: true;
  /** How the served adapter is made, in the fusing round only. */
  readonly serve: Serve | null;
  /**
   * Beside every training of the steps one as long, on the same batches, of an adapter that is never sent and that nothing else is made of: what the
   * client would have learned alone. Measured as the others. Left out: no. Set by `roundPlanOf` (roundPlan.ts), by no method.
   */
  readonly alone?: true;
}

export type Serve =
  | { readonly kind: "fuse"; readonly search: FusionConfig }
  /** Both adapters side by side, with these weights. */
  | { readonly kind: "sum"; readonly weights: FusionWeights }
  | { readonly kind: "slot"; readonly slot: AdapterSlot };

/** Budgets of the federation, next to the method's own config. */
export interface Budgets {
  /** E1, the local learning before federation. */
  readonly local: Budget;
  /** K, the inner optimisation of one round. */
  readonly inner: Budget;
  /** T, the number of federated rounds. */
  readonly rounds: number;
}

export interface PlanContext {
  /** As schedule/roundNumbers.ts counts them. */
  readonly round: number;
  /**
   * True of a client that has finished no round, in a federation that is past its first: it does what it has to train more, its first steps, by itself
   * before it takes part, and no round waits for it (rounds/catchUp.ts).
   */
  readonly isNewcomer: boolean;
}

/** What a client sent in one round, decoded and checked. */
export interface Contribution {
  readonly clientId: string;
  /** Training rows of this client. */
  readonly sampleCount: number;
  /**
   * The uploaded part; of twice the rank where a control variate came with it. The coordinator reads it from its disk every time it
   * is asked for: take it once per pass, and keep none that is not needed.
   */
  readonly tensors: NamedTensors;
  /** Times what it counts for otherwise, see ownRanks.ts; left out: 1. */
  readonly weight?: number;
}

/** What the coordinator keeps between rounds; survives a safetensors round trip. */
export interface ServerState {
  /** What clients receive unless the method has a {@link Strategy.download}; wider than the layout where updates were merged. */
  readonly shared: NamedTensors;
  /** Whatever else the method remembers, by name (FDLoRA: `velocity`, FedAMP: one per client); empty for most. */
  readonly memory: Readonly<Record<string, NamedTensors>>;
}

/** The kind of a federation's task. */
export type TaskKind = "label" | "text";

export interface Strategy<Config = unknown> {
  readonly id: string;
  readonly label: string;
  /** What it does, one plain sentence for whoever chooses it. */
  readonly summary: string;
  readonly configSchema: z.ZodType<Config>;
  /** Named settings; the first is the default. */
  readonly presets: Readonly<Record<string, Config>>;
  /** 0 when there is a round of local learning before the first federated one, else 1. */
  firstRound(config: Config): FirstRound;
  /** How clients count in the average; the coordinator's aggregation gauge needs to know. */
  weighting(config: Config): Weighting;
  /** Why it cannot do a task of this kind, one sentence; left out where it can do all. */
  refusal?(task: TaskKind): string | null;
  /**
   * Why a robust mean cannot take the place of its own aggregation, one sentence; left out where the state after a round depends on
   * what clients sent through their weighted mean alone.
   */
  readonly robustRefusal?: string;
  /** Why it cannot do with a secure sum of what clients sent, one sentence; left out where their weighted mean is all it needs. */
  readonly sumRefusal?: string;
  /** True where products are averaged, not factors. */
  readonly averagesProducts?: true;
  plan(config: Config, budgets: Budgets, context: PlanContext): RoundPlan;
  /** Before anybody sent anything. */
  init(initial: NamedTensors, config: Config): ServerState;
  /** What this client receives, where that is not simply the shared adapter. Whole; the plan's `part` of it travels. */
  download?(state: ServerState, clientId: string, config: Config): NamedTensors;
  /** True where that differs from client to client. */
  readonly downloadsDiffer?: boolean;
  /**
   * The state after `round`, from what came in.
   * @throws {RangeError} no contribution, unequal layouts, zero total weight, or a non-finite result.
   */
  aggregate(state: ServerState, contributions: readonly Contribution[], config: Config, round: number): ServerState;
}
