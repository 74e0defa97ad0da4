/** One method against another on the same rows, splits and initial adapters. */
import type { RunResult } from "./runs.ts";
import { hierarchicalBootstrap, type PairedRows, type Quantiles } from "./statistics/hierarchicalBootstrap.ts";
import { type Interval, interval } from "./statistics/interval.ts";
import { signTest } from "./statistics/signTest.ts";

/** Of a client's own test rows, without a correction for the number of clients. */
const TOLD = 0.05;

/** Two runs of one seed. */
export interface Pair {
  readonly run: RunResult;
  readonly rival: RunResult;
}

/** Differences of accuracy, the seed being the unit. @throws {RangeError} when a client is on one side only. */
export function seedDifferences(pairs: readonly Pair[]): Interval {
  for (const { run, rival } of pairs) {
    if (run.accuracies.length !== rival.accuracies.length) throw new RangeError("Two runs of one seed have the same clients");
  }
  return interval(pairs.map(({ run, rival }) => run.accuracyMean - rival.accuracyMean));
}

/** Null where a run kept no single rows. @throws {RangeError} when the rows are not the same. */
export function bootstrapOf(pairs: readonly Pair[]): Quantiles | null {
  const seeds = pairs.map(({ run, rival }) => pairedRows(run, rival));
  const known = seeds.filter((clients) => clients !== null);
  return known.length === pairs.length ? hierarchicalBootstrap(known) : null;
}

/** Clients that are less accurate than with the rival; equal is not less. */
export function clientsWorse(pairs: readonly Pair[]): { readonly worse: number; readonly clients: number } {
  const differences = pairs.flatMap(({ run, rival }) =>
    run.accuracies.map((accuracy, i) => accuracy - (rival.accuracies[i] ?? 0)),
  );
  return { worse: differences.filter((difference) => difference < 0).length, clients: differences.length };
}

/** Of them, those of whom it is told by the groups of their own test rows; null where a run kept no single rows. */
export function clientsToldWorse(pairs: readonly Pair[]): number | null {
  const seeds = pairs.map(({ run, rival }) => pairedRows(run, rival));
  if (seeds.some((clients) => clients === null)) return null;
  return seeds.flatMap((clients) => clients ?? []).filter(isToldWorse).length;
}

/** Near-duplicates count once, by whether more of them are right. */
function isToldWorse({ differences, groups }: PairedRows): boolean {
  const byGroup = new Map<number, number>();
  for (const [row, group] of groups.entries()) byGroup.set(group, (byGroup.get(group) ?? 0) + (differences[row] ?? 0));
  const all = [...byGroup.values()];
  return all.reduce((sum, one) => sum + Math.sign(one), 0) < 0 && signTest(all) < TOLD;
}

function pairedRows({ tests: mine }: RunResult, { tests: theirs }: RunResult): readonly PairedRows[] | null {
  if (!mine || !theirs) return null;
  return mine.map(({ truth, predicted, group }, client) => {
    const other = theirs[client];
    if (!other || truth.some((label, row) => label !== other.truth[row]) || truth.length !== other.truth.length) {
      throw new RangeError("Two runs of one seed have the same test rows");
    }
    const right = (label: number, said: number | undefined) => Number(label === said);
    const differences = truth.map((label, row) => right(label, predicted[row]) - right(label, other.predicted[row]));
    return { differences, groups: group };
  });
}
