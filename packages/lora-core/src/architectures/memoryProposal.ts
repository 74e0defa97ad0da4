/**
 * Whether work on a model fits a device, and the smallest change that makes it fit. Pure. What changes nothing about the result
 * is chosen without asking: fewer rows at a time, then layers computed twice. What does is proposed: shorter rows (text is lost),
 * then a lower rank (every client's adapter changes, and it saves little).
 */
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import type { DeviceLimits } from "./deviceLimits.ts";
import { estimateMemory, type MemoryEstimate, occupiedBytes, type Workload } from "./memoryEstimate.ts";
import type { Architecture } from "./modelConfig.ts";
import type { StepMemory } from "./stepMemory.ts";

/** Shorter rows have too little text left to learn from. */
const LEAST_TOKENS = 32;
const LEAST_RANK = 4;
/** Rows get shorter by whole buckets of padding. */
const TOKEN_STEP = 8;

/** What may be changed so that it fits. */
export interface Settings {
  readonly maxTokens: number;
  readonly rank: number;
}

export interface MemoryAdvice {
  /** Bytes that the work takes with everything at once. */
  readonly needed: number;
  readonly available: number | null;
  /** `fits` says how a step is computed; `change` has the settings that fit, one row at a time; `never` fits with none. */
  readonly fit:
    | { readonly kind: "fits"; readonly memory: StepMemory }
    | { readonly kind: "change"; readonly settings: Settings }
    | { readonly kind: "never" };
}

/**
 * The rank with which a client of a federation that lets each have its own trains: the largest of R, R/2, R/4 … that fits, the least where none does.
 * @throws {RangeError} as {@link adviseOnMemory}.
 */
export function fittingRank(architecture: Architecture, adapter: AdapterConfig, work: Workload, limits: DeviceLimits): number {
  const ranks = halvesOf(adapter.rank);
  const fits = (rank: number) => adviseOnMemory(architecture, { ...adapter, rank }, work, limits).fit.kind === "fits";
  return ranks.find(fits) ?? ranks.at(-1) ?? adapter.rank;
}

/** A rank, half of it, and so on, down to {@link LEAST_RANK}: what a client may have in place of its federation's. */
export function halvesOf(rank: number): readonly number[] {
  const half = Math.floor(rank / 2);
  return half < LEAST_RANK ? [rank] : [rank, ...halvesOf(half)];
}

/** @throws {RangeError} when a target of the adapter matches no module. */
export function adviseOnMemory(
  architecture: Architecture,
  adapter: AdapterConfig,
  work: Workload,
  limits: DeviceLimits,
): MemoryAdvice {
  const estimate = ({ maxTokens, rank }: Settings, { rowsAtOnce, recompute }: StepMemory) =>
    estimateMemory(architecture, { ...adapter, rank }, { ...work, batchSize: rowsAtOnce, recompute, maxTokens });
  const wanted: Settings = { maxTokens: work.maxTokens, rank: adapter.rank };
  const whole: StepMemory = { rowsAtOnce: work.batchSize, recompute: false };
  const least: StepMemory = { rowsAtOnce: 1, recompute: true };
  const advice = { needed: occupiedBytes(estimate(wanted, whole)), available: limits.bytes };
  const memory = ways(work.batchSize).find((way) => fitsWithin(estimate(wanted, way), limits));
  if (memory) return { ...advice, fit: { kind: "fits", memory } };
  const settings = gentler(wanted).find((change) => fitsWithin(estimate(change, least), limits));
  return { ...advice, fit: settings ? { kind: "change", settings } : { kind: "never" } };
}

function fitsWithin(estimate: MemoryEstimate, { bytes, tensorBytes, weightBytes }: DeviceLimits): boolean {
  const within = (size: number, limit: number | null) => limit === null || size <= limit;
  return (
    within(occupiedBytes(estimate), bytes) &&
    within(estimate.largestActivation, tensorBytes) &&
    within(estimate.largestWeight, weightBytes)
  );
}

/** Ever less at a time. */
function ways(batchSize: number): readonly StepMemory[] {
  const pieces = down(batchSize, 1, 1);
  return [false, true].flatMap((recompute) => pieces.map((rowsAtOnce) => ({ rowsAtOnce, recompute })));
}

/** Ever smaller settings: rows down to their shortest before the rank. */
function gentler({ maxTokens, rank }: Settings): readonly Settings[] {
  const lengths = down(maxTokens - TOKEN_STEP, LEAST_TOKENS, TOKEN_STEP).map((tokens) => ({ maxTokens: tokens, rank }));
  const shortest = Math.min(maxTokens, LEAST_TOKENS);
  return [...lengths, ...down(rank - 1, LEAST_RANK, 1).map((lower) => ({ maxTokens: shortest, rank: lower }))];
}

function down(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.floor((from - to) / step) + 1) }, (_, i) => from - i * step);
}
