/** Which contests a benchmark has, by backend. */
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import { findAdapter } from "../src/backends/webgpuAdapter.ts";
import { type Contest, evaluation, fusionSearch, loraStep } from "./contests.ts";
import { generation } from "./generation.ts";
import { type ContestOptions, causalSubject, encoderSubject } from "./subjects.ts";

type Size = readonly [number, number];

/**
 * WebGPU in software is a hundred times slower than a real one, so its rows are few and short. Two, because stock TF.js 4.22 has
 * wrong gradients for one row of the decoder there: it alone disagrees.
 */
const SIZES = {
  full: { encoder: [16, 40], causal: [8, 64], text: [64, 32] },
  small: { encoder: [2, 16], causal: [2, 32], text: [32, 8] },
  tiny: { encoder: [1, 8], causal: [1, 16], text: [8, 4] },
} satisfies Record<string, Record<"encoder" | "causal" | "text", Size>>;

/** How much work a step is. */
export type ContestSize = keyof typeof SIZES;

/** What the current machine can be asked for on a backend. */
export async function sizeFor(backend: BackendName): Promise<ContestSize> {
  if (backend === "cpu") return "tiny";
  return backend === "webgpu" && (await findAdapter())?.software ? "small" : "full";
}

const BATCH_WORKS = { "lora-step": loraStep, evaluation, "fusion-search": fusionSearch };

/** Kinds of work, by the names of the command line. */
export const WORKS: readonly string[] = [...Object.keys(BATCH_WORKS), "generation"];

/** The contests of one kind of work, made one after the other, because each reads a model. */
export function contestsOf(work: string, size: ContestSize, options: ContestOptions): readonly (() => Promise<Contest>)[] {
  const { encoder, causal, text } = SIZES[size];
  const onBatch = Object.entries(BATCH_WORKS).find(([name]) => name === work)?.[1];
  if (!onBatch) return [() => generation(options, ...text)];
  return [
    async () => onBatch(await encoderSubject(options, ...encoder)),
    async () => onBatch(await causalSubject(options, ...causal)),
  ];
}

/** How many {@link contestsOf} a kind of work has. */
export const contestCount = (work: string): number => (work === "generation" ? 1 : 2);

/** Timed steps of every contest: one to warm up, then the median of five. */
export const STEPS = { warmUp: 1, measured: 5 } as const;
