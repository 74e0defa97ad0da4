/** How methods get there, as a Markdown table: accuracy by round, its stability, and what an accuracy costs. */
import { fedAvg } from "@duet/lora-core/strategies/fedAvg";
import type { RoundRow, RunResult } from "./runs.ts";
import { mean } from "./statistics/interval.ts";
import { type Column, figure, grouped, table } from "./tables.ts";

const MIB = 2 ** 20;

/** A federated round with everything before it added up. */
interface Reached {
  readonly round: number;
  readonly served: number;
  readonly bytes: number;
  /** Trained by all clients. */
  readonly tokens: number;
  /** Simulated, in steps of the fastest client; undefined where no speeds are said. */
  readonly clock: number | undefined;
}

/**
 * Of what would be served if a round were the last. The accuracy to reach is nine tenths of the best method's; the bytes to compare at
 * are what `baseline` sends in half of its rounds.
 */
export function costTable(results: readonly RunResult[], baseline = fedAvg.id): string {
  const rounds = Math.max(...results.map(({ settings }) => settings.rounds));
  const goal = Math.floor(90 * Math.max(...bestOf(results))) / 100;
  const allowed = mean(
    results.flatMap((run) => (run.settings.method === baseline ? (reachedBy(run)[Math.ceil(rounds / 2) - 1]?.bytes ?? []) : [])),
  );
  const isTimed = results.some(({ settings }) => settings.speeds !== undefined);
  const first = (run: RunResult) => reachedBy(run).find(({ served }) => served >= goal);
  return table(results, [
    ...Array.from({ length: rounds }, (_, i) => figure(`round ${i + 1}`, (run) => reachedBy(run)[i]?.served)),
    figure("largest fall", largestFall),
    whereReached(`MiB to ${goal.toFixed(2)}`, (run) => first(run)?.bytes, MIB),
    whereReached(`thousand tokens to ${goal.toFixed(2)}`, (run) => first(run)?.tokens, 1000),
    ...(isTimed ? [whereReached(`time to ${goal.toFixed(2)}`, (run) => first(run)?.clock, 1)] : []),
    figure("time of all rounds", (run) => reachedBy(run).at(-1)?.clock, 0),
    figure(`for ${(allowed / MIB).toFixed(1)} MiB`, (run) => reachedBy(run).findLast(({ bytes }) => bytes <= allowed)?.served),
  ]);
}

/** Mean accuracy of every method over its seeds. */
function bestOf(results: readonly RunResult[]): readonly number[] {
  return grouped(results, ({ settings }) => settings.method).map((runs) => mean(runs.map(({ accuracyMean }) => accuracyMean)));
}

function reachedBy({ perRound }: RunResult): readonly Reached[] {
  let tokens = 0;
  return perRound.flatMap(({ round, served, bytes, trainTokens, clock }: RoundRow) => {
    tokens += trainTokens;
    return served === null || bytes === null ? [] : [{ round, served, bytes, tokens, clock }];
  });
}

/** From one round to the next. */
function largestFall(run: RunResult): number {
  const served = reachedBy(run).map((entry) => entry.served);
  return Math.max(0, ...served.slice(1).map((accuracy, i) => (served[i] ?? 0) - accuracy));
}

/** The mean over the runs that get there, and how many do if not all. */
function whereReached(name: string, pick: (run: RunResult) => number | undefined, unit: number): Column {
  return {
    name,
    cell: ({ runs }) => {
      const values = runs.flatMap((run) => pick(run) ?? []);
      if (values.length === 0) return "never";
      const some = values.length < runs.length ? ` (${values.length} of ${runs.length})` : "";
      return `${(mean(values) / unit).toFixed(1)}${some}`;
    },
  };
}
