/**
 * What a client's adapters answer to the same few of its test rows, round after round: for whoever sits before it. Nothing of it leaves the device. Plain
 * data: it crosses threads.
 */
import type { AdapterKey } from "../protocol/metrics.ts";

export type SampleAnswer =
  | { readonly kind: "text"; readonly text: string }
  /** `label` is an index into the task's labels. */
  | { readonly kind: "label"; readonly label: number; readonly probability: number };

/** Row by row, of every adapter that a round measured. */
export type SampleAnswers = { readonly [Key in AdapterKey]?: readonly SampleAnswer[] | undefined };

/** Of one round. */
export interface TakenSamples {
  /** Which of the client's test rows they are of. */
  readonly places: readonly number[];
  readonly answers: SampleAnswers;
}

export interface RoundSamples {
  readonly round: number;
  readonly answers: SampleAnswers;
}

/** What a device keeps of it: rows by their places among the client's test rows. */
export interface KeptSamples {
  readonly places: readonly number[];
  /** In their order. */
  readonly rounds: readonly RoundSamples[];
}

export interface SampleRow {
  /** Where it stands in the client's data, from 1. */
  readonly line: number;
  readonly input: string;
  readonly wanted: string;
}

/** The same with the rows themselves. */
export interface SampleHistory {
  readonly rows: readonly SampleRow[];
  readonly rounds: readonly RoundSamples[];
}
