/** Which examples go into which optimiser step: seeded epochs of shuffled rows, cut into batches of similar length. */
import { type Random, shuffled } from "@duet/lora-core/tensors/random";
import type { Budget, TrainingConfig } from "@duet/lora-core/training/trainingConfig";

/** Batches whose rows are sorted by length together: enough for little padding, few enough to keep the order random. */
const BATCHES_PER_POOL = 8;

/** Optimiser steps that a budget means for a client with `rows` training rows. */
export function stepsOf(budget: Budget, rows: number, { batchSize }: Pick<TrainingConfig, "batchSize">): number {
  return budget.unit === "steps" ? budget.amount : budget.amount * Math.ceil(rows / batchSize);
}

export interface BatchOptions<T> {
  readonly batchSize: number;
  /** Length of an item; batches hold items of similar length, because every row of a batch is padded to its longest. */
  readonly lengthOf: (item: T) => number;
}

/**
 * An endless stream of batches. Every item comes once per epoch, each epoch in a new order; the last batch of a pool may be smaller.
 * @throws {RangeError} when there is nothing to draw from.
 */
export function* batches<T>(items: readonly T[], options: BatchOptions<T>, uniform: Random): Generator<readonly T[], never> {
  if (items.length === 0) throw new RangeError("There are no rows to train on");
  for (;;) yield* shuffled(epoch(items, options, uniform), uniform);
}

function epoch<T>(items: readonly T[], { batchSize, lengthOf }: BatchOptions<T>, uniform: Random): (readonly T[])[] {
  const order = shuffled(items, uniform);
  const poolSize = batchSize * BATCHES_PER_POOL;
  const pools = Array.from({ length: Math.ceil(order.length / poolSize) }, (_, i) =>
    order.slice(i * poolSize, (i + 1) * poolSize),
  );
  return pools.flatMap((pool) => {
    const sorted = pool.sort((a, b) => lengthOf(a) - lengthOf(b));
    return Array.from({ length: Math.ceil(sorted.length / batchSize) }, (_, i) =>
      sorted.slice(i * batchSize, (i + 1) * batchSize),
    );
  });
}
