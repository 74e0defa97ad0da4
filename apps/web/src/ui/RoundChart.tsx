import { memo } from "react";
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { ChartPoint } from "../dashboard/metricsView.ts";
import { roundLabel } from "../dashboard/progressView.ts";

export interface ChartSeries {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  /** One client among many: thin, pale, without a label. */
  readonly thin: boolean;
}

export interface RoundChartProps {
  readonly points: readonly ChartPoint[];
  /** First and last round of the x axis. */
  readonly range: readonly [number, number];
  readonly series: readonly ChartSeries[];
  readonly domain: [number, number | "auto"];
  /** Height of the dotted line (chance level). */
  readonly reference: number | null;
  readonly totalRounds: number;
  /** What the chart says, in one sentence. */
  readonly summary: string;
  readonly format: (value: number | null) => string;
  readonly height: number;
}

/** Lines over rounds, labelled at their ends; one crosshair for all charts of the page; a table behind it. */
export const RoundChart = memo(function RoundChart(props: RoundChartProps) {
  const { points, range, series, domain, reference, totalRounds, summary, format, height } = props;
  const main = series.filter(({ thin }) => !thin);
  const tick = (round: number) => (round === 0 ? "alone" : round > totalRounds ? "fuse" : String(round));
  const labels = spreadLabels(points, main, domain[1]);
  const ticks = Array.from({ length: range[1] - range[0] + 1 }, (_, index) => range[0] + index);
  return (
    <figure className="figure" aria-label={summary}>
      <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 480, height }}>
        <LineChart
          data={[...points]}
          margin={{ top: 8, right: 76, bottom: 0, left: -18 }}
          syncId="rounds"
          accessibilityLayer={false}
        >
          <CartesianGrid stroke="var(--duet-hairline)" vertical={false} />
          <XAxis
            dataKey="round"
            type="number"
            domain={[...range]}
            ticks={ticks}
            tickFormatter={tick}
            stroke="var(--duet-muted)"
            fontSize={12}
            tickLine={false}
            axisLine={false}
            padding={{ left: 12, right: 12 }}
          />
          <YAxis domain={domain} stroke="var(--duet-muted)" fontSize={12} tickLine={false} axisLine={false} />
          {reference !== null && <ReferenceLine y={reference} stroke="var(--duet-muted)" strokeDasharray="2 4" />}
          <Tooltip
            content={({ active, label }) =>
              active && typeof label === "number" ? (
                <Readout points={points} series={main} round={label} totalRounds={totalRounds} format={format} />
              ) : null
            }
            cursor={{ stroke: "var(--duet-muted)" }}
          />
          {series.map(({ key, color, thin }) => (
            <Line
              key={key}
              dataKey={key}
              stroke={color}
              strokeWidth={thin ? 1 : 2.5}
              strokeOpacity={thin ? 0.3 : 1}
              dot={{ r: thin ? 1.2 : 2.5, fill: color, strokeWidth: 0, fillOpacity: thin ? 0.4 : 1 }}
              activeDot={!thin}
              connectNulls
              isAnimationActive={false}
              label={thin ? false : <EndLabel labels={labels} series={key} />}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
      <DataTable points={points} series={main} totalRounds={totalRounds} format={format} />
    </figure>
  );
});

interface PlacedLabel {
  readonly index: number;
  readonly text: string;
  /** Pixels to move down so that labels of close lines do not overlap. */
  readonly shift: number;
}

/** Where each line ends, its label moved apart from its neighbours'. */
function spreadLabels(
  points: readonly ChartPoint[],
  series: readonly ChartSeries[],
  top: number | "auto",
): ReadonlyMap<string, PlacedLabel> {
  const ends = series
    .flatMap(({ key, label }) => {
      const index = points.findLastIndex((point) => typeof point[key] === "number");
      const value = points[index]?.[key];
      return typeof value === "number" ? [{ key, label, index, value }] : [];
    })
    .sort((a, b) => b.value - a.value);
  const highest = top === "auto" ? Math.max(1e-9, ...ends.map(({ value }) => value)) : top;
  const PLOT_HEIGHT = 200;
  const GAP = 14;
  let previous = Number.NEGATIVE_INFINITY;
  return new Map(
    ends.map(({ key, label, index, value }) => {
      const natural = (1 - value / highest) * PLOT_HEIGHT;
      const placed = Math.max(natural, previous + GAP);
      previous = placed;
      return [key, { index, text: label, shift: placed - natural }];
    }),
  );
}

interface EndLabelProps {
  readonly labels: ReadonlyMap<string, PlacedLabel>;
  readonly series: string;
  /** Filled in by recharts. */
  readonly index?: number;
  readonly x?: number;
  readonly y?: number;
}

function EndLabel({ labels, series, index, x = 0, y = 0 }: EndLabelProps) {
  const placed = labels.get(series);
  if (!placed || placed.index !== index) return null;
  return (
    <text x={x + 9} y={y + placed.shift} dy="0.32em" fontSize={13} fill="var(--mantine-color-text)">
      {placed.text}
    </text>
  );
}

interface ReadoutProps extends Pick<RoundChartProps, "points" | "series" | "totalRounds" | "format"> {
  readonly round: number;
}

function Readout({ points, series, round, totalRounds, format }: ReadoutProps) {
  const point = points.find((candidate) => candidate.round === round);
  return (
    <div className="panel small" style={{ padding: "8px 12px", border: "1px solid var(--duet-hairline)", borderRadius: 8 }}>
      <div className="muted">{roundLabel(round, totalRounds)}</div>
      {series.map(({ key, label, color }) => (
        <div key={key}>
          <span className="swatch" style={{ background: color }} />
          {label} {format(point?.[key] ?? null)}
        </div>
      ))}
    </div>
  );
}

function DataTable({
  points,
  series,
  totalRounds,
  format,
}: Pick<RoundChartProps, "points" | "series" | "totalRounds" | "format">) {
  return (
    <details>
      <summary>Figures</summary>
      <div className="scroll">
        <table className="plain">
          <thead>
            <tr>
              <th>Round</th>
              {series.map(({ key, label }) => (
                <th key={key} className="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.round}>
                <td>{roundLabel(point.round, totalRounds)}</td>
                {series.map(({ key }) => (
                  <td key={key} className="number">
                    {format(point[key] ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
