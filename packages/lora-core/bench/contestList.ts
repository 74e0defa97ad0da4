/** Which contests a benchmark has, by backend. */
import type { BackendName } from "../src/protocol/metrics.ts";
import { type Contest, type ContestOptions, causalContest, encoderContest } from "./contests.ts";

/**
 * WebGPU in software is a hundred times slower than a real one, so its rows are few and short. Two, because stock TF.js 4.22 has
 * wrong gradients for one row of the decoder there: it alone disagrees.
 */
const SIZES: Readonly<Record<BackendName, { readonly encoder: [number, number]; readonly causal: [number, number] }>> = {
  wasm: { encoder: [16, 40], causal: [8, 64] },
  cpu: { encoder: [1, 8], causal: [1, 16] },
  webgpu: { encoder: [2, 16], causal: [2, 32] },
};

/** Made one after the other, because each holds a model. */
export function contestList(backend: BackendName, options: ContestOptions): readonly (() => Promise<Contest>)[] {
  const { encoder, causal } = SIZES[backend];
  return [() => encoderContest(options, ...encoder), () => causalContest(options, ...causal)];
}

/** Contests per backend. */
export const CONTESTS = 2;

/** Timed steps of every contest: one to warm up, then the median of five. */
export const STEPS = { warmUp: 1, measured: 5 } as const;
