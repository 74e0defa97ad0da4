import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { useStable } from "../hooks/useStable.ts";
import { words as common } from "../lib/words.ts";
import { RoundChart } from "../ui/RoundChart.tsx";
import { roundAxes } from "./axesView.ts";
import { type ClientChart, clientCharts } from "./clientChartsView.ts";
import { ENDED } from "./progressView.ts";
import { words } from "./words.ts";

interface ClientChartsProps {
  readonly client: ClientView;
  readonly snapshot: Snapshot;
}

/** What it reached, sent, received and computed, round by round. */
export function ClientCharts({ client, snapshot }: ClientChartsProps) {
  const charts = clientCharts(client, snapshot.config);
  if (charts.length === 0) return null;
  return (
    <div className="clientCharts">
      {charts.map((chart) => (
        <OneChart key={chart.title} chart={chart} name={client.name} snapshot={snapshot} />
      ))}
    </div>
  );
}

interface OneChartProps {
  readonly chart: ClientChart;
  readonly name: string;
  readonly snapshot: Snapshot;
}

function OneChart({ chart: { title, format, ...chart }, name, snapshot }: OneChartProps) {
  const [points, series] = [useStable(chart.points), useStable(chart.series)];
  const axes = useStable(roundAxes(snapshot));
  const newest = series.map(({ key, label }) => `${label} ${format(points.at(-1)?.[key] ?? null)}`).join(common.listing.comma);
  return (
    <section aria-label={title}>
      <h3 className="small">{title}</h3>
      <RoundChart
        name={words.clientDetail.chartOf(name, title)}
        points={points}
        axes={axes}
        series={series}
        top={chart.top}
        yTitle={chart.yTitle}
        reference={null}
        totalRounds={snapshot.config.budgets.rounds}
        isRunning={!ENDED.has(snapshot.phase)}
        summary={words.clientDetail.newest(newest)}
        format={format}
        height={180}
        hasSwitches={false}
      />
    </section>
  );
}
