/** What one client reached, computed and sent, by round, as charts. Pure. */
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatBytes, formatFraction, formatLoss } from "../lib/format.ts";
import { formatNumber } from "../lib/numbers.ts";
import type { ChartPoint, ChartSeries } from "../ui/RoundPlot.tsx";
import { aloneFigure, learnedFigure } from "./crowdView.ts";
import { words } from "./words.ts";

export interface ClientChart {
  readonly title: string;
  /** Of the y axis, with its unit. */
  readonly yTitle: string;
  readonly points: readonly ChartPoint[];
  readonly series: readonly ChartSeries[];
  /** Upper end of the y axis; null takes the largest value. */
  readonly top: number | null;
  readonly format: (value: number | null) => string;
}

type Entry = ClientView["history"][number];

/** Those that have a line to show: one round alone stands in the table. */
export function clientCharts({ history }: Pick<ClientView, "history">, config: Snapshot["config"]): readonly ClientChart[] {
  const charts = [learningChart(history, config), trafficChart(history), speedChart(history)];
  return charts.filter(({ points }) => points.length > 1);
}

/** Together and alone, and in accuracy what lies between. */
function learningChart(history: readonly Entry[], { task }: Snapshot["config"]): ClientChart {
  const isText = task.kind === "text";
  const figure = isText ? "testLoss" : "accuracy";
  const points = pointsOf(history, ({ metrics }) => {
    const [together, alone] = [learnedFigure(metrics, figure), aloneFigure(metrics, figure)];
    return { together, alone, gain: together === null || alone === null ? null : together - alone };
  });
  const gain: ChartSeries = { ...line("gain", words.clientDetail.overLearningAlone, "var(--ink)"), drawn: "nowhere" };
  const isCompared = points.some(({ alone }) => typeof alone === "number");
  return {
    title: words.clientDetail.learned,
    yTitle: isText ? words.testLossPanel.yTitle : words.accuracyPanel.shareOfTestRowsRight,
    points,
    series: [
      line("together", words.clientDetail.together, "var(--shared)"),
      ...(isCompared ? [line("alone", words.clientDetail.alone, "var(--ink-2)")] : []),
      ...(isCompared && !isText ? [gain] : []),
    ],
    top: isText ? null : 1,
    format: isText ? formatLoss : formatFraction,
  };
}

/** Bytes are drawn in the unit of the largest; nothing where nothing crosses the wire. */
function trafficChart(history: readonly Entry[]): ClientChart {
  const most = Math.max(0, ...history.flatMap(({ traffic }) => (traffic ? [traffic.up, traffic.down] : [])));
  const [unit, size] = most < 1e6 ? (["kB", 1e3] as const) : most < 1e9 ? (["MB", 1e6] as const) : (["GB", 1e9] as const);
  return {
    title: words.clientDetail.network,
    yTitle: words.clientDetail.aRound(unit),
    points: pointsOf(history, ({ traffic }) =>
      traffic && most > 0 ? { sent: traffic.up / size, received: traffic.down / size } : {},
    ),
    series: [line("sent", words.clientDetail.sent, "var(--ink)"), line("received", words.clientDetail.received, "var(--data)")],
    top: null,
    format: (value) => (value === null ? "–" : formatBytes(Math.round(value * size))),
  };
}

function speedChart(history: readonly Entry[]): ClientChart {
  return {
    title: words.clientDetail.throughput,
    yTitle: words.clientDetail.tokensPerSecond,
    points: pointsOf(history, ({ metrics: { trainTokens, trainSeconds } }) => ({
      speed: trainSeconds > 0 ? trainTokens / trainSeconds : null,
    })),
    series: [line("speed", words.clientDetail.speed, "var(--ink)")],
    top: null,
    format: (value) => (value === null ? "–" : formatNumber(value)),
  };
}

const line = (key: string, label: string, color: string): ChartSeries => ({ key, label, color, thin: false });

/** Of the rounds that have any of it. */
function pointsOf(
  history: readonly Entry[],
  valuesIn: (entry: Entry) => Readonly<Record<string, number | null>>,
): readonly ChartPoint[] {
  return history.flatMap((entry) => {
    const values = valuesIn(entry);
    return Object.values(values).some((value) => value !== null) ? [{ ...values, round: entry.round }] : [];
  });
}

/** The most of its device's memory that computing has held, bytes; null where it is not told. */
export const peakMemory = ({ history }: Pick<ClientView, "history">): number | null =>
  history.map(({ metrics }) => metrics.peakMemory).findLast((value) => value !== undefined) ?? null;
