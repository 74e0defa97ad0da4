/** What is learned: rows of (input, answer), and for label tasks the closed set of answers. */
import { z } from "zod";

export const labelTask = z.strictObject({
  kind: z.literal("label"),
  /** The closed answer set, in a fixed order shared by everyone. */
  labels: z
    .array(z.string().trim().min(1).max(120))
    .min(2)
    .max(200)
    .refine((labels) => new Set(labels).size === labels.length, "labels must differ"),
});
export const textTask = z.strictObject({ kind: z.literal("text") });
export const task = z.discriminatedUnion("kind", [labelTask, textTask]);
export type Task = z.output<typeof task>;

/** One example of a client. `line` is where it stood in the client's file (1-based), for messages only. */
export interface Row {
  readonly line: number;
  readonly input: string;
  readonly answer: string;
}

/** A row that cannot be used, and why, in words for its owner. */
export interface RejectedRow {
  readonly line: number;
  readonly reason: string;
}

/** A client's rows by use: adapters train on `train`, fusion weights are found on `fusion`, `test` only measures. */
export interface DataSplit {
  readonly train: readonly Row[];
  readonly fusion: readonly Row[];
  readonly test: readonly Row[];
}
