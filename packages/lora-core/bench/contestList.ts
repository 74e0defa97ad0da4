/** Which contests a benchmark has, by backend. */
import type { BackendName } from "../src/protocol/metrics.ts";
import { type Contest, type ContestOptions, causalContest, encoderContest } from "./contests.ts";

/** WebGPU in software is a hundred times slower than a real one, so its rows are few and short. */
const SIZES: Readonly<Record<BackendName, { readonly encoder: [number, number]; readonly causal: [number, number] }>> = {
  wasm: { encoder: [16, 40], causal: [8, 64] },
  cpu: { encoder: [1, 8], causal: [1, 16] },
  webgpu: { encoder: [1, 16], causal: [1, 32] },
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
