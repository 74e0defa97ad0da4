/** Many clients at once: a heat map instead of lanes, quantiles instead of a line each, a table that is sorted. Pure. */

import { countedLate, missedIn } from "@duet/lora-core/protocol/countedLate";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { sameRows } from "@duet/lora-core/protocol/sameRows";
import type { ClientView, RoundView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { isBetter } from "@duet/lora-core/statistics/isBetter";
import { baseFigure, roundRange, type TestFigure } from "./metricsView.ts";

export const MEASURES = ["accuracy", "gain", "duration"] as const;
export type Measure = (typeof MEASURES)[number];

export interface HeatCell {
  readonly round: number;
  /** told: there is a figure; counted: it worked without telling one; missed: waited for in vain; absent: not part of it; ahead: to come. */
  readonly kind: "told" | "counted" | "missed" | "absent" | "ahead";
  /** Share of test rows, gain in the same, or seconds; null unless told. */
  readonly value: number | null;
}

export interface HeatRow {
  readonly clientId: string;
  readonly name: string;
  /** The newest figure there is. */
  readonly newest: number | null;
  readonly cells: readonly HeatCell[];
}

export interface Heat {
  readonly rounds: readonly number[];
  /** Highest newest figure first; those without one at the end. */
  readonly rows: readonly HeatRow[];
  /** Of all figures shown; both 0 where there are none. */
  readonly low: number;
  readonly high: number;
}

export function heatView(snapshot: Snapshot, measure: Measure): Heat {
  const [first, last] = roundRange(snapshot);
  const rounds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const views = new Map(snapshot.rounds.map((view) => [view.round, standingIn(view, snapshot.rounds)]));
  const rows = snapshot.clients.map((client): HeatRow => {
    const values = valuesOf(client, measure);
    const cells = rounds.map((round): HeatCell => {
      const value = values.get(round) ?? null;
      return { round, value, kind: value === null ? (views.get(round)?.(client.id) ?? "ahead") : "told" };
    });
    return {
      clientId: client.id,
      name: client.name,
      newest: cells.findLast(({ value }) => value !== null)?.value ?? null,
      cells,
    };
  });
  const told = rows.flatMap(({ cells }) => cells.flatMap(({ value }) => (value === null ? [] : [value])));
  return {
    rounds,
    rows: rows.sort((a, b) => (b.newest ?? Number.NEGATIVE_INFINITY) - (a.newest ?? Number.NEGATIVE_INFINITY)),
    low: told.length === 0 ? 0 : told.reduce((a, b) => Math.min(a, b)),
    high: told.length === 0 ? 0 : told.reduce((a, b) => Math.max(a, b)),
  };
}

/** How a client without a figure stands in a round. */
function standingIn(view: RoundView, rounds: readonly RoundView[]): (clientId: string) => HeatCell["kind"] {
  const late = countedLate(rounds).flatMap(({ clientId, of }) => (of === view.round ? [clientId] : []));
  const [waitedFor, counted] = [new Set(view.participants), new Set([...view.aggregated, ...late])];
  const behind = new Set(view.behind);
  return (clientId) => {
    if (counted.has(clientId)) return "counted";
    if (!waitedFor.has(clientId) || behind.has(clientId)) return "absent";
    return view.closedAt === null ? "ahead" : "missed";
  };
}

function valuesOf({ history }: ClientView, measure: Measure): ReadonlyMap<number, number> {
  return new Map(
    history.flatMap(({ round, metrics }): [number, number][] => {
      const value = valueIn(metrics, measure);
      return value === null ? [] : [[round, value]];
    }),
  );
}

function valueIn(metrics: RoundMetrics, measure: Measure): number | null {
  if (measure === "duration") return metrics.trainSeconds > 0 ? metrics.trainSeconds : null;
  return measure === "accuracy" ? learnedAccuracy(metrics) : gainIn(sameRows(metrics));
}

/** Of what the rounds have made last, on the rows that every round measures; null where it was not told. */
export const learnedFigure = (metrics: RoundMetrics, figure: TestFigure): number | null => learnedIn(sameRows(metrics), figure);

export const learnedAccuracy = (metrics: RoundMetrics): number | null => learnedFigure(metrics, "accuracy");

/** What as many steps of learning alone had reached by then, on the same rows as `learnedFigure`; null where it is not compared, or was not told. */
export const aloneFigure = (metrics: RoundMetrics, figure: TestFigure): number | null => aloneIn(sameRows(metrics), figure);

/** Some of a round's figures, all of the same rows. */
type Figures = Pick<RoundMetrics, TestFigure | "alone">;

function learnedIn(figures: Figures, of: TestFigure = "accuracy"): number | null {
  const { fused, shared, personal } = figures[of];
  return fused ?? shared ?? personal;
}

const aloneIn = ({ alone }: Figures, of: TestFigure = "accuracy"): number | null => alone?.[of] ?? null;

/** Over learning alone, share of test rows, in one round; null where either is not known. */
function gainIn(figures: Figures): number | null {
  const [together, alone] = [learnedIn(figures), aloneIn(figures)];
  return together === null || alone === null ? null : together - alone;
}

/** Of the newest round that tells it, on as many rows as were measured in it: in the last one on all. */
const newest = (history: ClientView["history"], value: (figures: Figures) => number | null): number | null =>
  history.map(({ metrics }) => value(metrics)).findLast((found) => found !== null) ?? null;

export const aloneAccuracy = (history: ClientView["history"]): number | null => newest(history, aloneIn);

/** What the rounds have made last. */
export const togetherAccuracy = (history: ClientView["history"]): number | null => newest(history, learnedIn);

export const gainOverAlone = (history: ClientView["history"]): number | null => newest(history, gainIn);

/** Quantiles of values by round, as series of a chart. */
export interface QuantilePoint {
  readonly round: number;
  readonly [series: string]: number | null;
}

/** `p10`, `p25`, `p50`, `p75`, `p90`; of none nothing. */
export function quantilesOf(values: readonly (number | null)[]): Readonly<Record<string, number>> {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return {};
  const at = (share: number) => quantile(sorted, share);
  return { p10: at(0.1), p25: at(0.25), p50: at(0.5), p75: at(0.75), p90: at(0.9) };
}

/** Of what clients reached, with the base's median. */
export function quantilePoints({ clients }: Pick<Snapshot, "clients">, figure: TestFigure): readonly QuantilePoint[] {
  const told = new Map<number, number[]>();
  for (const { history } of clients) {
    for (const { round, metrics } of history) {
      const value = learnedFigure(metrics, figure);
      if (value !== null) told.set(round, [...(told.get(round) ?? []), value]);
    }
  }
  const base = medianOf(clients.map(({ history }) => baseFigure(history, figure)));
  return [...told.entries()].sort(([a], [b]) => a - b).map(([round, values]) => ({ round, ...quantilesOf(values), base }));
}

const optional = (value: number | null): readonly number[] => (value === null ? [] : [value]);

/** Of those that are known; null of none. */
export function medianOf(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted.length === 0 ? null : quantile(sorted, 0.5);
}

/** Between the two nearest of sorted values, linearly. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

export interface CrowdRow {
  readonly id: string;
  readonly name: string;
  readonly status: ClientView["status"];
  readonly together: number | null;
  readonly alone: number | null;
  /** Share of test rows gained over learning alone; null where it is not compared. */
  readonly gain: number | null;
  /** Whether that is more than chance, either way; null where the number of test rows is not told. */
  readonly isSure: boolean | null;
  readonly rows: number | null;
  readonly tokensPerSecond: number | null;
  readonly missed: number;
  /** Milliseconds since the epoch. */
  readonly lastSeenAt: number;
}

export const CROWD_COLUMNS = ["name", "together", "alone", "gain", "rows", "tokensPerSecond", "missed", "lastSeenAt"] as const;
export type CrowdColumn = (typeof CROWD_COLUMNS)[number];

export function crowdRows({ clients, rounds }: Pick<Snapshot, "clients" | "rounds">): readonly CrowdRow[] {
  const missed = new Map<string, number>();
  for (const view of rounds) {
    if (view.closedAt === null) continue;
    for (const id of missedIn(view, rounds)) missed.set(id, (missed.get(id) ?? 0) + 1);
  }
  return clients.map(({ id, name, status, history, samples, progress, lastSeenAt }) => {
    const [together, alone, gain] = [togetherAccuracy(history), aloneAccuracy(history), gainOverAlone(history)];
    return {
      id,
      name,
      status,
      together,
      alone,
      gain,
      isSure: gain === null ? null : sureness(together, alone, history.at(-1)?.metrics.testRows ?? samples.test),
      rows: samples.train === null ? null : samples.train + (samples.fusion ?? 0) + (samples.test ?? 0),
      tokensPerSecond: progress && progress.tokensPerSecond > 0 ? progress.tokensPerSecond : null,
      missed: missed.get(id) ?? 0,
      lastSeenAt,
    };
  });
}

/** Test rows that every round measures; null where it is not told. */
export function measuredRows(history: ClientView["history"]): number | null {
  const newest = history.at(-1);
  return newest ? (sameRows(newest.metrics).testRows ?? null) : null;
}

function sureness(together: number | null, alone: number | null, testRows: number | null): boolean | null {
  if (together === null || alone === null || testRows === null || testRows === 0) return null;
  const [right, before] = [Math.round(together * testRows), Math.round(alone * testRows)];
  return isBetter(Math.max(right, before), Math.min(right, before), testRows) === "yes";
}

export interface CrowdSort {
  readonly column: CrowdColumn;
  readonly isDescending: boolean;
}

/** What has no figure stands at the end either way. */
export function sortedRows(rows: readonly CrowdRow[], { column, isDescending }: CrowdSort): readonly CrowdRow[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [a[column], b[column]];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    if (typeof x === "string" || typeof y === "string") return sign * String(x).localeCompare(String(y), "en", { numeric: true });
    return sign * (x - y);
  });
}

export interface GainCounts {
  readonly better: number;
  readonly worse: number;
  /** Of which chance alone could make as much. */
  readonly open: number;
}

/** 0 where chance alone could make as much; null where it is not told. */
const gainBeyondChance = ({ gain, isSure }: Pick<CrowdRow, "gain" | "isSure">): number | null =>
  gain !== null && isSure === false ? 0 : gain;

/** As {@link gainCounts} counts it. */
export const isWorseOff = (row: Pick<CrowdRow, "gain" | "isSure">): boolean => (gainBeyondChance(row) ?? 0) < 0;

/** How many clients are better off than alone; of those whose gain is told. */
export function gainCounts(rows: readonly Pick<CrowdRow, "gain" | "isSure">[]): GainCounts {
  const told = rows.map(gainBeyondChance).filter((gain) => gain !== null);
  const count = (is: (gain: number) => boolean) => told.filter(is).length;
  return { better: count((gain) => gain > 0), worse: count((gain) => gain < 0), open: count((gain) => gain === 0) };
}

/** Over the clients whose gain is told; null where that is nobody. */
export function meanGain(rows: readonly Pick<CrowdRow, "gain">[]): number | null {
  const told = rows.flatMap(({ gain }) => optional(gain));
  return told.length === 0 ? null : told.reduce((sum, gain) => sum + gain, 0) / told.length;
}

/** Dots above each other, a column for each step of the gain. */
export interface GainDot {
  readonly clientId: string;
  readonly name: string;
  /** Centre of its column, share of test rows. */
  readonly gain: number;
  /** From 0, at the bottom. */
  readonly level: number;
  readonly isSure: boolean | null;
}

export const GAIN_STEP = 0.02;

export function gainDots(rows: readonly CrowdRow[]): readonly GainDot[] {
  const levels = new Map<number, number>();
  return rows
    .filter((row): row is CrowdRow & { gain: number } => row.gain !== null)
    .toSorted((a, b) => a.gain - b.gain)
    .map(({ id, name, gain, isSure }) => {
      const column = Math.round(gain / GAIN_STEP);
      const level = levels.get(column) ?? 0;
      levels.set(column, level + 1);
      return { clientId: id, name, gain: column * GAIN_STEP, level, isSure };
    });
}
