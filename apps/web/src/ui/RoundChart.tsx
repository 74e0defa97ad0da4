import { memo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { ChartFigure } from "./ChartFigure.tsx";
import { RoundPlot, type RoundPlotProps } from "./RoundPlot.tsx";
import { Scroll } from "./Scroll.tsx";
import { words } from "./words.ts";

export interface RoundChartProps extends RoundPlotProps {
  /** Names its files. */
  readonly name: string;
  /** What the chart says, in one sentence. */
  readonly summary: string;
}

/** Lines over rounds, labelled at their ends; one crosshair for all charts of the page; a table behind it. */
export const RoundChart = memo(function RoundChart({ name, summary, ...plot }: RoundChartProps) {
  useLanguage();
  return (
    <ChartFigure name={name} summary={summary} table={<DataTable {...plot} />}>
      <RoundPlot {...plot} />
    </ChartFigure>
  );
});

function DataTable({ points, series, totalRounds, format }: RoundPlotProps) {
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
