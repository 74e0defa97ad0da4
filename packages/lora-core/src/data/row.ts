/** A client's rows. They stay where they were read: neither the page nor the client package may import this file. */

/** One example of a client. `line` is where it stood in the client's file (1-based), for messages only. */
export interface Row {
  readonly line: number;
  readonly input: string;
  readonly answer: string;
}

/** A client's rows by use: adapters train on `train`, fusion weights are found on `fusion`, `test` only measures. */
export interface DataSplit {
  readonly train: readonly Row[];
  readonly fusion: readonly Row[];
  readonly test: readonly Row[];
}
