/** Which examples go into which optimiser step: seeded epochs of shuffled rows, cut into batches. */
import { type Random, shuffled } from "../tensors/random.ts";
import type { Budget, TrainingConfig } from "./trainingConfig.ts";

/** Optimiser steps that a budget means for a client with `rows` training rows. */
export function stepsOf(budget: Budget, rows: number, { batchSize }: Pick<TrainingConfig, "batchSize">): number {
  return budget.unit === "steps" ? budget.amount : budget.amount * Math.ceil(rows / Math.min(batchSize, rows));
}

/**
 * An endless stream of batches. Every item comes once per epoch, each epoch in a new order; the last batch of an
 * epoch may be smaller.
 * @throws {RangeError} when there is nothing to draw from.
 */
export function* batches<T>(items: readonly T[], batchSize: number, uniform: Random): Generator<readonly T[], never> {
  if (items.length === 0) throw new RangeError("There are no rows to train on");
  for (;;) {
    const order = shuffled(items, uniform);
    for (let start = 0; start < order.length; start += batchSize) yield order.slice(start, start + batchSize);
  }
}
