/** How a client trains locally. One config per federation, agreed at creation. */
import { z } from "zod";

/** K and E1 of the method, in optimiser steps or in passes over the client's training rows. */
export const budget = z.strictObject({
  unit: z.enum(["steps", "epochs"]),
  amount: z.number().int().min(1).max(100_000),
});
export type Budget = z.output<typeof budget>;

/** Rows of a pass without gradients. */
export const EVALUATION_ROWS = 32;

export const trainingConfig = z.strictObject({
  /** Rows per optimiser step. */
  batchSize: z.number().int().min(1).max(256),
  /** Longer rows are cut to this many tokens (input first, the answer is kept). */
  maxTokens: z.number().int().min(8).max(4096),
  learningRate: z.number().positive().max(1),
  /** Steps over which the learning rate rises linearly at the start of every local training. */
  warmupSteps: z.number().int().min(0).max(10_000),
  weightDecay: z.number().min(0).max(1),
  /** Global gradient norm is clipped to this. */
  clipNorm: z.number().positive().max(1000),
});
export type TrainingConfig = z.output<typeof trainingConfig>;
