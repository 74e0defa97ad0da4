/** What is said of a runtime that gives up, whoever asked it to compute. In a table of its own, as every page has it from its first screen on. */
import type { Saying } from "../sayings/saying.ts";

export const RUNTIME_SENTENCES = {
  wasmStopped: (reason: string) => `The computation stopped inside WebAssembly (${reason}).`,
} as const;

export type RuntimeSaying = Saying<typeof RUNTIME_SENTENCES>;
