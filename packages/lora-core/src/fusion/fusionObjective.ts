/** What a search of fusion weights minimises on each of a client's fusion examples, before the penalty. */
import { z } from "zod";

/** What the fused adapter loses on one example. */
export interface ExampleLoss {
  /** Sum over the example's scored units, nats. */
  readonly lossSum: number;
  readonly units: number;
}

export const fusionObjective = z.enum(["loss", "error"]);
export type FusionObjective = z.output<typeof fusionObjective>;

/**
 * The example as the objective counts it. `loss`: -log p of its true units, nats, as the paper. `error`: 1 - p, where p is the
 * geometric mean over its units; with one unit, how often an answer drawn from the model would be wrong.
 *
 * Differs from paper: `error` is ours. An adapter that has learned its few rows by heart is sure of its few errors, so a single one of
 * them outweighs all answers it gets right, and the loss on a dozen rows prefers the base, which is right about nothing but never
 * sure. An error costs at most 1.
 */
export function counted(objective: FusionObjective, { lossSum, units }: ExampleLoss): ExampleLoss {
  return objective === "loss" ? { lossSum, units } : { lossSum: 1 - Math.exp(-lossSum / units), units: 1 };
}
