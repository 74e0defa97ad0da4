import type { Measured } from "@duet/lora-engine/bench/measureSteps";
import type { Outcome } from "@duet/lora-engine/bench/runContest";

/** wasm and its kernel threads. */
export const wasmInWords = (threads: number): string => `wasm, ${threads === 1 ? "one thread" : `${threads} threads`}`;

/** All contests of one backend. */
export interface BackendRun {
  /** Where it ran, in words. */
  readonly where: string;
  /** GFLOP/s of TF.js' own plain product. */
  readonly ceiling: number;
  readonly outcomes: readonly Outcome[];
}

/** PyTorch's steps by the names of the contests; or why there are none. */
export type TorchFigures = Readonly<Record<string, Measured>> | string;
