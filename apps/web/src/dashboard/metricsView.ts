/** Figures of a federation as series, bars and rows. Pure. */

import { awaitedIn } from "@duet/lora-core/protocol/awaited";
import type { AdapterKey, RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { sameRows } from "@duet/lora-core/protocol/sameRows";
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { fusingRound } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { ADAPTERS } from "../lib/adapters.ts";
import { formatNumber } from "../lib/numbers.ts";
import { words as common } from "../lib/words.ts";
import type { ChartPoint } from "../ui/RoundPlot.tsx";
import { words } from "./words.ts";

/** The series of one client's own value; the mean over clients goes by the adapter's key alone. */
export const clientSeries = (clientId: string, adapter: AdapterKey): string => `${clientId}.${adapter}`;

/** What is measured of an adapter on test rows. */
export type TestFigure = "accuracy" | "testLoss";

/**
 * Of those of each client's own test rows that every round measures, by round. The base does not change: its value is that of every round. A round
 * that is open has no mean before all who are asked have answered, since that of some of them is another figure.
 */
export function testPoints(snapshot: Snapshot, figure: TestFigure): readonly ChartPoint[] {
  const { clients } = snapshot;
  return roundsOf(snapshot).map((round) => {
    const point: Record<string, number | null> = {};
    for (const { key } of ADAPTERS) {
      const values = clients.map((client) => figureAt(client, figure, key, round));
      const isWhole = key === "base" || !isAwaited(snapshot, round);
      point[key] = summedFigure(snapshot, figure, key, round) ?? (isWhole ? mean(values) : null);
      clients.forEach(({ id }, index) => {
        point[clientSeries(id, key)] = values[index] ?? null;
      });
    }
    return { ...point, round };
  });
}

/** It is open, and somebody who is asked has not answered. */
export const isAwaited = (snapshot: Snapshot, round: number): boolean =>
  snapshot.openRound?.round === round && awaitedIn(snapshot).length > 0;

/** Training loss by round: the mean over who tells it, weighted by rows, as `mean`, every client under its id. */
export function lossPoints(snapshot: Snapshot): readonly ChartPoint[] {
  const { clients, rounds } = snapshot;
  return roundsOf(snapshot).flatMap((round) => {
    const own = clients.map(({ id, history }): [string, number | null] => [
      id,
      history.find((entry) => entry.round === round)?.metrics.trainLoss ?? null,
    ]);
    const meanLoss = rounds.find((view) => view.round === round)?.means?.trainLoss ?? meanOfLosses(clients, own);
    if (meanLoss === null) return [];
    return [{ ...Object.fromEntries(own), mean: meanLoss, round }];
  });
}

function meanOfLosses(clients: Snapshot["clients"], losses: readonly (readonly [string, number | null])[]): number | null {
  const rowsOf = new Map(clients.map(({ id, samples }) => [id, samples.train ?? 0]));
  const known = losses.flatMap(([id, loss]) => (loss === null ? [] : [{ loss, rows: rowsOf.get(id) ?? 0 }]));
  const rows = known.reduce((sum, entry) => sum + entry.rows, 0);
  return rows === 0 ? null : known.reduce((sum, entry) => sum + (entry.loss * entry.rows) / rows, 0);
}

/** How its newest aggregated update stood among the others'; null before the first. */
export function updateText({ history }: Pick<ClientView, "history">): string | null {
  const standing = history.findLast((entry) => entry.standing !== null)?.standing;
  if (!standing) return null;
  const { norm, cosine, isClipped, isCapped } = standing;
  const size = [
    ...(norm === null ? [] : [words.metricsView.timesMedian(formatNumber(norm, norm < 10 ? 2 : norm < 100 ? 1 : 0))]),
    ...(isClipped ? [words.metricsView.clipped] : []),
    ...(isCapped ? [words.metricsView.rowsCapped] : []),
  ].join(common.listing.comma);
  return (
    [...(size ? [size] : []), ...(cosine === null ? [] : [words.metricsView.cosine(formatNumber(cosine, 2))])].join(
      common.listing.semicolon,
    ) || null
  );
}

type Fusion = NonNullable<RoundMetrics["fusion"]>;

export interface FusionRow extends Fusion {
  readonly clientId: string;
  readonly name: string;
}

export function fusionRows({ clients }: Snapshot): readonly FusionRow[] {
  return clients.flatMap(({ id, name, history }) => {
    const fusion = history.findLast(({ metrics }) => metrics.fusion !== null)?.metrics.fusion;
    return fusion ? [{ clientId: id, name, ...fusion }] : [];
  });
}

/** What the searches of all clients took together; null where nothing was searched. */
export function searchCost(rows: readonly FusionRow[]): Pick<Fusion, "evaluations" | "forwardTokens" | "seconds"> | null {
  const total = (pick: (row: FusionRow) => number) => rows.reduce((sum, row) => sum + pick(row), 0);
  const evaluations = total((row) => row.evaluations);
  if (evaluations === 0) return null;
  return { evaluations, forwardTokens: total((row) => row.forwardTokens), seconds: total((row) => row.seconds) };
}

/** The first and the last round that this federation has. */
export function roundRange({ config: { strategy, budgets } }: Pick<Snapshot, "config">): readonly [number, number] {
  return [methodOf(strategy).firstRound, fusingRound(budgets.rounds)];
}

/** Chance level of a label task: guessing one of its labels. */
export const chanceLevel = ({ config }: Snapshot): number | null =>
  config.task.kind === "label" ? 1 / config.task.labels.length : null;

function figureAt({ history }: ClientView, figure: TestFigure, key: AdapterKey, round: number): number | null {
  if (key === "base") return baseFigure(history, figure);
  const entry = history.find((candidate) => candidate.round === round);
  return entry ? sameRows(entry.metrics)[figure][key] : null;
}

/** Of the untouched base, on the rows that every round measures; null where it was not told. */
export function baseFigure(history: ClientView["history"], figure: TestFigure): number | null {
  const measured = history.findLast(({ metrics }) => metrics[figure].base !== null);
  return measured ? sameRows(measured.metrics)[figure].base : null;
}

/** Of how many test rows the accuracies by round are, in words; null where no client tells it. */
export function measuredRowsText(snapshot: Pick<Snapshot, "clients">): string | null {
  const many = measuredRows(snapshot);
  return many === null ? null : words.metricsView.sameRows(many);
}

/** Why a figure of the end is another one in a chart by round than elsewhere; null where it is not, or nobody tells. */
export function fewerRowsText(snapshot: Pick<Snapshot, "clients">): string | null {
  const isOfFewer = ({ testRows = 0, sample }: RoundMetrics) => sample != null && sample.testRows < testRows;
  const many = measuredRows(snapshot);
  const differs = snapshot.clients.some(({ history }) => history.some(({ metrics }) => isOfFewer(metrics)));
  return differs && many !== null ? words.metricsView.fewerRows(many) : null;
}

/** "48 test rows", or "20 to 48 test rows". */
function measuredRows({ clients }: Pick<Snapshot, "clients">): string | null {
  const told = clients.flatMap(({ history }) => history.flatMap(({ metrics }) => sameRows(metrics).testRows || []));
  if (told.length === 0) return null;
  const [least, most] = [Math.min(...told), Math.max(...told)];
  return least === most ? common.counts.testRows(most) : words.metricsView.range(least, most);
}

/** Over all rows of all clients, from that round's secure sum; null without one. The base's is carried to every round. */
function summedFigure({ rounds }: Snapshot, figure: TestFigure, key: AdapterKey, round: number): number | null {
  const here = rounds.find((view) => view.round === round)?.means?.[figure][key] ?? null;
  if (here !== null || key !== "base") return here;
  return rounds.findLast(({ means }) => (means?.[figure].base ?? null) !== null)?.means?.[figure].base ?? null;
}

/** In which some figure was told. */
function roundsOf({ clients, rounds }: Snapshot): readonly number[] {
  const own = clients.flatMap(({ history }) => history.flatMap(({ round, metrics }) => (isMeasured(metrics) ? [round] : [])));
  const summed = rounds.flatMap(({ round, means }) => (means === null ? [] : [round]));
  return [...new Set([...own, ...summed])].sort((a, b) => a - b);
}

const isMeasured = ({ trainLoss, accuracy }: RoundMetrics): boolean =>
  trainLoss !== null || Object.values(accuracy).some((value) => value !== null);

/** Of those that are known; null of none. */
export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
