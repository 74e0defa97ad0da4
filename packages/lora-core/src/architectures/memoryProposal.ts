/**
 * Whether work on a model fits a device, and the smallest change that makes it fit. Pure. In this order, from what costs the result
 * least: smaller batches (every row is still read whole, in more steps), then shorter rows (text is lost), then a lower rank (every
 * client's adapter changes, and it saves little).
 */
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import type { DeviceLimits } from "./deviceLimits.ts";
import { estimateMemory, type MemoryEstimate, occupiedBytes, type Workload } from "./memoryEstimate.ts";
import type { Architecture } from "./modelConfig.ts";

/** Shorter rows have too little text left to learn from. */
const LEAST_TOKENS = 32;
const LEAST_RANK = 4;
/** Rows get shorter by whole buckets of padding. */
const TOKEN_STEP = 8;

/** What may be changed so that it fits. */
export interface Settings {
  readonly batchSize: number;
  readonly maxTokens: number;
  readonly rank: number;
}

export interface MemoryAdvice {
  /** Bytes that the work takes as it is set. */
  readonly needed: number;
  readonly available: number | null;
  /** `change` has the settings that fit, `never` fits with no settings. */
  readonly fit: { readonly kind: "fits" } | { readonly kind: "change"; readonly settings: Settings } | { readonly kind: "never" };
}

/** @throws {RangeError} when a target of the adapter matches no module. */
export function adviseOnMemory(
  architecture: Architecture,
  adapter: AdapterConfig,
  work: Workload,
  limits: DeviceLimits,
): MemoryAdvice {
  const estimate = ({ batchSize, maxTokens, rank }: Settings) =>
    estimateMemory(architecture, { ...adapter, rank }, { ...work, batchSize, maxTokens });
  const fits = (settings: Settings) => fitsWithin(estimate(settings), limits);
  const wanted: Settings = { batchSize: work.batchSize, maxTokens: work.maxTokens, rank: adapter.rank };
  const advice = { needed: occupiedBytes(estimate(wanted)), available: limits.bytes };
  if (fits(wanted)) return { ...advice, fit: { kind: "fits" } };
  const settings = gentler(wanted).find(fits);
  return { ...advice, fit: settings ? { kind: "change", settings } : { kind: "never" } };
}

function fitsWithin(estimate: MemoryEstimate, { bytes, tensorBytes }: DeviceLimits): boolean {
  return (bytes === null || occupiedBytes(estimate) <= bytes) && (tensorBytes === null || estimate.largest <= tensorBytes);
}

/** Ever smaller settings: one dimension down to its least before the next one begins. */
function gentler({ batchSize, maxTokens, rank }: Settings): readonly Settings[] {
  const batches = down(batchSize - 1, 1, 1).map((rows) => ({ batchSize: rows, maxTokens, rank }));
  const lengths = down(maxTokens - TOKEN_STEP, LEAST_TOKENS, TOKEN_STEP).map((tokens) => ({
    batchSize: 1,
    maxTokens: tokens,
    rank,
  }));
  const shortest = Math.min(maxTokens, LEAST_TOKENS);
  const ranks = down(rank - 1, LEAST_RANK, 1).map((lower) => ({ batchSize: 1, maxTokens: shortest, rank: lower }));
  return [...batches, ...lengths, ...ranks];
}

function down(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.floor((from - to) / step) + 1) }, (_, i) => from - i * step);
}
