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

/** Differential privacy of rows: how much all training on them together may tell of any single one. */
export const privacyConfig = z.strictObject({
  /** Of everything that was ever trained on these rows on this device, not of this federation alone. */
  epsilon: z.number().positive().max(100),
  /** At most 1 / N; left out, 1 / (2 N). */
  delta: z.number().positive().max(0.1).optional(),
  /** C: the gradient of every single row is clipped to this Euclidean norm, over all factors that are trained together. */
  clip: z.number().positive().max(1000),
});
export type PrivacyConfig = z.output<typeof privacyConfig>;

export const trainingConfig = z.strictObject({
  /** Rows per optimiser step; with privacy on average, see {@link privacyConfig}. */
  batchSize: z.number().int().min(1).max(256),
  /** Longer rows are cut to this many tokens (input first, the answer is kept). */
  maxTokens: z.number().int().min(8).max(4096),
  learningRate: z.number().positive().max(1),
  /** Steps over which the learning rate rises linearly at the start of every local training. */
  warmupSteps: z.number().int().min(0).max(10_000),
  /** The learning rate falls to nothing over all trainings of an adapter, by a cosine (learningRate.ts). Left out: it stays. */
  decay: z.literal("cosine").optional(),
  weightDecay: z.number().min(0).max(1),
  /** Global gradient norm is clipped to this. Not with privacy, whose clip is of single rows. */
  clipNorm: z.number().positive().max(1000),
  /** Left out: rows are trained on as they are. */
  privacy: privacyConfig.optional(),
});
export type TrainingConfig = z.output<typeof trainingConfig>;
