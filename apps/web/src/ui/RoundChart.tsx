import { memo, useState } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { useStore } from "../hooks/useStore.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { ChartFigure } from "./ChartFigure.tsx";
import { chooseAxis, chosenAxis } from "./chosenAxis.ts";
import { chooseSmoothing, chosenSmoothing } from "./chosenSmoothing.ts";
import { type ChartSeries, isDrawn, RoundPlot, type RoundPlotProps, seriesMark } from "./RoundPlot.tsx";
import { type AxisKind, axisKinds, axisOf, type RoundAxes } from "./roundAxis.ts";
import { Scroll } from "./Scroll.tsx";
import { words } from "./words.ts";

export interface RoundChartProps extends Omit<RoundPlotProps, "axis" | "isSmooth"> {
  readonly axes: RoundAxes;
  /** Names its files. */
  readonly name: string;
  /** What the chart says, in one sentence. */
  readonly summary: string;
  /** Whether it can be changed here what all charts of the page are drawn along, and how. Left out: it can. */
  readonly hasSwitches?: boolean;
}

/** Fewer rounds have nothing to smooth. */
const LEAST_TO_SMOOTH = 3;

/** Lines over rounds, labelled at their ends; one crosshair for all charts of the page; a table behind it. */
export const RoundChart = memo(function RoundChart({ name, summary, axes, hasSwitches = true, ...plot }: RoundChartProps) {
  useLanguage();
  const [chosen, choose] = useState<string | null>(null);
  const axis = axisOf(axes, useStore(chosenAxis));
  const isSmooth = useStore(chosenSmoothing);
  const points = plot.points.filter(({ round }) => axis.places.some((place) => place.round === round));
  const kinds = axisKinds(axes);
  const hasFigures = (key: string) => plot.points.some((point) => typeof point[key] === "number");
  const lines = plot.series.filter((one) => !one.thin && isDrawn(one) && hasFigures(one.key));
  const only = lines.some(({ key }) => key === chosen) ? chosen : null;
  const shown = plot.series.filter(({ key, of, thin }) =>
    only === null ? !thin || lines.length === 1 : [key, of].includes(only),
  );
  return (
    <>
      {lines.length > 1 && <Legend lines={lines} only={only} onChoose={choose} />}
      <ChartFigure name={name} summary={summary} table={<DataTable {...plot} />}>
        <RoundPlot {...plot} points={points} axis={axis} series={shown} isSmooth={isSmooth} />
      </ChartFigure>
      {hasSwitches && (
        <div className="chartSwitches">
          {kinds.length > 1 && <AxisSwitch name={name} kinds={kinds} kind={axis.kind} />}
          {points.length >= LEAST_TO_SMOOTH && (
            <div className="legend small">
              <button type="button" aria-pressed={isSmooth} onClick={() => chooseSmoothing(!isSmooth)}>
                {words.roundChart.smoothed}
              </button>
            </div>
          )}
        </div>
      )}
    </>
  );
});

interface LegendProps {
  readonly lines: readonly ChartSeries[];
  readonly only: string | null;
  readonly onChoose: (key: string | null) => void;
}

/** One press leaves a line alone with its clients, which have no lines beside several, another brings the others back. */
function Legend({ lines, only, onChoose }: LegendProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of switches, not form fields
    <div className="legend small" role="group" aria-label={words.roundChart.showAlone}>
      {lines.map(({ key, label, color, drawn }) => (
        <button key={key} type="button" aria-pressed={only === key} onClick={() => onChoose(only === key ? null : key)}>
          <span className="dot" style={seriesMark(color, drawn)} aria-hidden="true" /> {label}
        </button>
      ))}
    </div>
  );
}

interface AxisSwitchProps {
  readonly name: string;
  readonly kinds: readonly AxisKind[];
  readonly kind: AxisKind;
}

/** One press, and all charts of the page stand along it: they have one crosshair. */
function AxisSwitch({ name, kinds, kind }: AxisSwitchProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of switches, not form fields
    <div className="legend small" role="group" aria-label={words.roundChart.along(name)}>
      <span className="muted" aria-hidden="true">
        {words.roundChart.by}
      </span>
      {kinds.map((one) => (
        <button key={one} type="button" aria-pressed={one === kind} onClick={() => chooseAxis(one)}>
          {words.roundPlot.axes[one]}
        </button>
      ))}
    </div>
  );
}

function DataTable({ points, series, totalRounds, format }: Omit<RoundPlotProps, "axis" | "isSmooth">) {
  const shown = series.filter(({ thin }) => !thin);
  return (
    <details>
      <summary>{words.roundChart.figures}</summary>
      <Scroll label={words.roundChart.byRound}>
        <table className="plain">
          <thead>
            <tr>
              <th>{words.roundChart.round}</th>
              {shown.map(({ key, label }) => (
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
                {shown.map(({ key }) => (
                  <td key={key} className="number">
                    {format(point[key] ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}
