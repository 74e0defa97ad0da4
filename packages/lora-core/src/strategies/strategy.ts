/**
 * A federated method as a value: what clients do in a round (as data), and what the coordinator does with what they send.
 * Pure: no TF.js, no I/O, no clock, no randomness. The worker interprets a {@link RoundPlan} and knows no method by name.
 */
import type { z } from "zod";
import type { FusionConfig } from "../fusion/fusionConfig.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { Budget } from "../training/trainingConfig.ts";

/** The two adapters a client holds. Every slot starts as the federation's seeded initial adapter. */
export type AdapterSlot = "personal" | "shared";

/** One local action, executed in order. `train` starts a fresh inner optimiser on that slot alone (the other is inactive). */
export type LocalStep =
  | { readonly kind: "train"; readonly slot: AdapterSlot; readonly budget: Budget }
  | { readonly kind: "copy"; readonly from: AdapterSlot; readonly to: AdapterSlot };

/** local: only local learning; federated: a shared adapter is exchanged; fusing: the last round, which only measures and fuses. */
export type Stage = "local" | "federated" | "fusing";

/** What one client does in one round. */
export interface RoundPlan {
  readonly stage: Stage;
  /** The coordinator's adapter overwrites the shared slot before the steps. */
  readonly receive: boolean;
  readonly steps: readonly LocalStep[];
  /** `difference` is (received - now) of the shared slot: the pseudo-gradient. `value` is the slot itself. */
  readonly upload: { readonly slot: AdapterSlot; readonly form: "value" | "difference" } | null;
  /** How the served adapter is made, in the fusing round only. */
  readonly serve: Serve | null;
}

export type Serve =
  | { readonly kind: "fuse"; readonly search: FusionConfig }
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
  /** 0 = before federation, 1..T = federated rounds, T+1 = fusing. */
  readonly round: number;
  /** True in the first round of a client that joined after the federation's first round. */
  readonly isNewcomer: boolean;
}

/** What a client sent in one round, decoded and checked. */
export interface Contribution {
  readonly clientId: string;
  /** Training rows of this client. */
  readonly sampleCount: number;
  readonly tensors: NamedTensors;
}

/** What the coordinator keeps between rounds; survives a safetensors round trip. */
export interface ServerState {
  /** What clients receive. */
  readonly shared: NamedTensors;
  /** Whatever else the method remembers, by name (FDLoRA: `velocity`); empty for most. */
  readonly memory: Readonly<Record<string, NamedTensors>>;
}

export interface Strategy<Config = unknown> {
  readonly id: string;
  readonly label: string;
  readonly configSchema: z.ZodType<Config>;
  /** Named settings; the first is the default. */
  readonly presets: Readonly<Record<string, Config>>;
  /** 0 when there is a round of local learning before the first federated one, else 1. */
  firstRound(config: Config): 0 | 1;
  plan(config: Config, budgets: Budgets, context: PlanContext): RoundPlan;
  /** Before anybody sent anything. */
  init(initial: NamedTensors, config: Config): ServerState;
  /**
   * The state after `round`, from what came in.
   * @throws {RangeError} no contribution, unequal layouts, zero total weight, or a non-finite result.
   */
  aggregate(state: ServerState, contributions: readonly Contribution[], config: Config, round: number): ServerState;
}
