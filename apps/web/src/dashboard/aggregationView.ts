/** What averaging does to the shared adapter: what clients had made of it before, and what came back to them. Pure. */
import type { RoundMeans, RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { sameRows } from "@duet/lora-core/protocol/sameRows";
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { ChartPoint, ChartSeries } from "../ui/RoundPlot.tsx";
import { isAwaited, type TestFigure } from "./metricsView.ts";
import { words } from "./words.ts";

/** The series of a chart. */
const [BEFORE, AFTER] = ["beforeAggregation", "afterAggregation"] as const;

/** Of all clients, one. */
export type Over = (values: readonly (number | null)[]) => number | null;
type Format = (value: number | null) => string;

/** The points with both in the rounds that measured it: after is what the next round began with. */
export function withAggregation(
  points: readonly ChartPoint[],
  snapshot: Snapshot,
  figure: TestFigure,
  over: Over,
): readonly ChartPoint[] {
  const at = (round: number, part: Part) => figureOfAll(snapshot, round, part, over);
  return points.map((point) => {
    const before = at(point.round, partBefore(figure));
    return before === null ? point : { ...point, [BEFORE]: before, [AFTER]: at(point.round + 1, partAfter(figure)) };
  });
}

/** A thin broken line of what clients had before; what it was after is the shared adapter's line a round later, and stands among the figures. */
export function aggregationSeries(points: readonly ChartPoint[]): readonly ChartSeries[] {
  if (!isMeasured(points)) return [];
  const shared = { color: "var(--shared)", thin: false, of: "shared" };
  return [
    { ...shared, key: BEFORE, label: words.aggregation.before, drawn: "broken" },
    { ...shared, key: AFTER, label: words.aggregation.after, drawn: "nowhere" },
  ];
}

/** What the broken line is; nothing where there is none. */
export const aggregationHint = (points: readonly ChartPoint[]): readonly string[] =>
  isMeasured(points) ? [words.aggregation.hint] : [];

const isMeasured = (points: readonly ChartPoint[]): boolean => points.some((point) => typeof point[BEFORE] === "number");

/** Of the newest round of which both are known, in words; nothing before there is one. */
export function aggregationText(points: readonly ChartPoint[], format: Format): readonly string[] {
  const newest = points.findLast((point) => typeof point[BEFORE] === "number" && typeof point[AFTER] === "number");
  if (!newest) return [];
  const change = words.aggregation.change(format(newest[BEFORE] ?? null), format(newest[AFTER] ?? null), newest.round);
  return [words.aggregation.text(change)];
}

/** The same of one client. */
export function clientAggregationText(
  { history }: Pick<ClientView, "history">,
  figure: TestFigure,
  format: Format,
): string | null {
  const [before, after] = [partBefore(figure).told, partAfter(figure).told];
  for (const { round, metrics } of history.toReversed()) {
    const next = history.find((entry) => entry.round === round + 1);
    const [had, got] = [before(metrics), next ? after(next.metrics) : null];
    if (had !== null && got !== null) return words.aggregation.change(format(had), format(got), round);
  }
  return null;
}

/** Where a figure is: in what a client tells, and in a secure sum. */
export interface Part {
  readonly told: (metrics: RoundMetrics) => number | null;
  readonly summed: (means: RoundMeans) => number | null;
}

const partBefore = (figure: TestFigure): Part => ({
  told: ({ beforeAggregation }) => beforeAggregation?.[figure] ?? null,
  summed: ({ beforeAggregation }) => beforeAggregation?.[figure] ?? null,
});

const partAfter = (figure: TestFigure): Part => ({
  told: (metrics) => sameRows(metrics)[figure].shared,
  summed: (means) => means[figure].shared,
});

/** Of a round: by its secure sum, else over the clients once all have told it. */
export function figureOfAll(snapshot: Snapshot, round: number, { told, summed }: Part, over: Over): number | null {
  const means = snapshot.rounds.find((view) => view.round === round)?.means ?? null;
  if (means) return summed(means);
  if (isAwaited(snapshot, round)) return null;
  return over(
    snapshot.clients.map(({ history }) => {
      const entry = history.find((candidate) => candidate.round === round);
      return entry ? told(entry.metrics) : null;
    }),
  );
}
