/** A client's rows. They stay where they were read: neither the page nor the client package may import this file. */

import type { Turn } from "./turn.ts";

/** One example of a client. `line` is where it stood in the client's file (1-based), for messages only. */
export interface Row {
  readonly line: number;
  readonly input: string;
  /** The input as a conversation, for models with a chat template; absent where it is a single question. `input` is the same as text. */
  readonly turns?: readonly Turn[];
  readonly answer: string;
}

/** A client's rows by use: adapters train on `train`, fusion weights are found on `fusion`, `test` only measures. */
export interface DataSplit {
  readonly train: readonly Row[];
  readonly fusion: readonly Row[];
  readonly test: readonly Row[];
}
