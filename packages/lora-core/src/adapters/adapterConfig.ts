/** What a LoRA adapter is: rank, scale, and which linear modules of the base it sits on (names as in PEFT). */

import { z } from "zod";

export const MAX_RANK = 256;
/** Room for rank-stabilised LoRA, whose alpha is sqrt(rank) times as much when it is divided by the rank. */
export const MAX_ALPHA = 16_384;
const MAX_PROTOTYPES = 100_000;
const MAX_EMBEDDING = 65_536;

/**
 * Labels as vectors that learn, in place of the embeddings of their texts: V [labels, width]. A client starts its own from its rows, so
 * that they are class means of the frozen base before any step (lora-engine, encoderTask.ts).
 */
export const prototypeConfig = z.strictObject({
  /** L of the task. */
  labels: z.number().int().min(1).max(MAX_PROTOTYPES),
  /** D of the base's embeddings. */
  width: z.number().int().min(1).max(MAX_EMBEDDING),
  /** Times the learning rate of the factors; 0 leaves them what the rows make of them. */
  rate: z.number().min(0).max(100),
  /** shared: they go where the factors go; personal: they never leave the client. */
  travel: z.enum(["shared", "personal"]),
});
export type PrototypeConfig = z.output<typeof prototypeConfig>;

export const adapterConfig = z.strictObject({
  /** R, the inner width of the factors A [R, in] and B [out, R]. */
  rank: z.number().int().min(1).max(MAX_RANK),
  /** The update is (alpha / rank) * B A. */
  alpha: z.number().positive().max(MAX_ALPHA),
  /** Probability of zeroing an input element of A while training; survivors are scaled by 1 / (1 - dropout). */
  dropout: z.number().min(0).max(0.9),
  /** A module is adapted when its name is one of these or ends with ".<one of these>", as PEFT matches them. */
  targetModules: z.array(z.string().min(1).max(120)).min(1).max(512),
  /** Of a label task on an encoder. Left out: labels are what their texts say. */
  prototypes: prototypeConfig.optional(),
});
export type AdapterConfig = z.output<typeof adapterConfig>;

/** A linear module of a base model that an adapter may sit on: y [.., out] = x [.., in] W^T + b. */
export interface LinearModule {
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** s = alpha / rank (Hu et al. 2021, arXiv:2106.09685, section 4.1). */
export function adapterScale(config: AdapterConfig): number {
  return config.alpha / config.rank;
}

/** The alpha of a rank of its own is rounded, as alpha r / R, and so is the scale that it has again. */
const SCALE_ROUNDING = 1e-9;

export function hasSameScale(one: AdapterConfig, other: AdapterConfig): boolean {
  return Math.abs(adapterScale(one) / adapterScale(other) - 1) <= SCALE_ROUNDING;
}

/** Whether a target means the module of this name: by all of it or by its last parts. */
export function isCalled(name: string, target: string): boolean {
  return name === target || name.endsWith(`.${target}`);
}

/** The shortest targets that select exactly these modules of a base: last parts of names where those say it, else whole names. */
export function targetsOf(modules: readonly LinearModule[], linears: readonly LinearModule[]): string[] {
  const chosen = new Set(modules.map(({ name }) => name));
  const targets = modules.map(({ name }) => {
    const parts = name.split(".");
    const endings = parts.map((_, index) => parts.slice(-1 - index).join(".")).filter((ending) => !/^\d/.test(ending));
    return endings.find((ending) => linears.every((other) => !isCalled(other.name, ending) || chosen.has(other.name))) ?? name;
  });
  return [...new Set(targets)];
}
