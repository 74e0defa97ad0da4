/** Comparisons of one table with one baseline: what Holm's correction is over. */
import { type Pair, seedDifferences } from "./comparison.ts";
import { isDescribed } from "./references.ts";
import { type RunResult, type RunSettings, runKey } from "./runs.ts";
import { holm } from "./statistics/holm.ts";
import type { Interval } from "./statistics/interval.ts";
import { type Summary, summaries } from "./tables.ts";

/** The settings that a run is compared with. */
export type RivalOf = (settings: RunSettings) => RunSettings;

export interface Compared {
  readonly difference: Interval;
  /** Student's paired test, adjusted over all lines that are tested; null where a line is described alone, or has one seed. */
  readonly p: number | null;
}

/** The same settings by another method. */
export const withMethod =
  (method: string): RivalOf =>
  (settings) => ({ ...settings, method });

/** Of the lines that have a rival, by `lineKey`. By fair rules those are tested that the protocol's families have. */
export function familyOf(results: readonly RunResult[], rivalOf: RivalOf): ReadonlyMap<string, Compared> {
  const pairsOf = pairing(results, rivalOf);
  const lines = summaries(results).flatMap((line) => {
    const pairs = pairsOf(line);
    return pairs.length > 0 ? [{ line, difference: seedDifferences(pairs) }] : [];
  });
  const tested = lines.flatMap(({ line, difference: { p } }) =>
    p === null || (line.settings.rules === "fair" && isDescribed(line.settings.method)) ? [] : [{ key: lineKey(line), p }],
  );
  const adjusted = holm(tested.map(({ p }) => p));
  const ps = new Map(tested.map(({ key }, i) => [key, adjusted[i] ?? 1]));
  return new Map(lines.map(({ line, difference }) => [lineKey(line), { difference, p: ps.get(lineKey(line)) ?? null }]));
}

export const lineKey = ({ settings }: Summary): string => runKey(settings);

/** The runs of a line that have a rival, each beside it; none is its own. */
export function pairing(results: readonly RunResult[], rivalOf: RivalOf): (line: Summary) => readonly Pair[] {
  const bySettings = new Map(results.map((run) => [runKey(run.settings), run]));
  return ({ runs }) =>
    runs.flatMap((run) => {
      const rival = bySettings.get(runKey(rivalOf(run.settings)));
      return rival && rival !== run ? [{ run, rival }] : [];
    });
}
