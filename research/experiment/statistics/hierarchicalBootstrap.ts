/**
 * How far a difference of two methods would vary with other seeds, other clients and other texts: seeds, then clients of a seed, then
 * near-duplicate groups of a client's test rows are drawn with replacement (Davison and Hinkley 1997, 3.8). Percentiles, so with few seeds the
 * interval is too narrow: it knows nothing of degrees of freedom.
 */
import { type Random, random } from "@duet/lora-core/tensors/random";
import { mean } from "./interval.ts";

/** A client's test rows under two methods. */
export interface PairedRows {
  /** Right by the one minus right by the other, row by row: -1, 0 or 1. */
  readonly differences: readonly number[];
  /** The near-duplicate group of each row. */
  readonly groups: readonly number[];
}

export interface Quantiles {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly draws?: number;
  readonly seed?: number;
}

interface GroupSum {
  readonly sum: number;
  readonly count: number;
}

/** 95 % of the mean over seeds of the mean over clients; `seeds` holds the clients of each. @throws {RangeError} of none. */
export function hierarchicalBootstrap(
  seeds: readonly (readonly PairedRows[])[],
  { draws = 2000, seed = 1 }: BootstrapOptions = {},
): Quantiles {
  const clients = seeds.map((members) => members.map(groupSums));
  const uniform = random(seed, "bootstrap");
  const means = Array.from({ length: draws }, () => oneDraw(clients, uniform)).sort((a, b) => a - b);
  return { low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

function oneDraw(seeds: readonly (readonly (readonly GroupSum[])[])[], uniform: Random): number {
  return mean(
    drawn(seeds, uniform).map((clients) => mean(drawn(clients, uniform).map((groups) => rate(drawn(groups, uniform))))),
  );
}

/** As many as there are, with replacement. */
function drawn<T>(items: readonly T[], uniform: Random): readonly T[] {
  return items.flatMap(() => {
    const index = Math.floor(uniform() * items.length);
    return items.slice(index, index + 1);
  });
}

function rate(groups: readonly GroupSum[]): number {
  const total = (pick: (group: GroupSum) => number) => groups.reduce((sum, group) => sum + pick(group), 0);
  return total(({ sum }) => sum) / total(({ count }) => count);
}

function groupSums({ differences, groups }: PairedRows): readonly GroupSum[] {
  const sums = new Map<number, GroupSum>();
  for (const [row, group] of groups.entries()) {
    const { sum, count } = sums.get(group) ?? { sum: 0, count: 0 };
    sums.set(group, { sum: sum + (differences[row] ?? 0), count: count + 1 });
  }
  return [...sums.values()];
}

/** Of sorted values, between two of them by their distance, as numpy has it. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
  return below + (above - below) * (place - Math.floor(place));
}
