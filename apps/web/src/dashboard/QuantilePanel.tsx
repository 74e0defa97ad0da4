import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo, useMemo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { noFiguresText, tellersText } from "../lib/figuresWords.ts";
import { formatFraction, formatLoss } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { Panel } from "../ui/Panel.tsx";
import { RoundChart } from "../ui/RoundChart.tsx";
import type { ChartSeries } from "../ui/RoundPlot.tsx";
import { aggregationHint, aggregationSeries, aggregationText, withAggregation } from "./aggregationView.ts";
import { aloneSeries, withAlone } from "./aloneView.ts";
import { roundAxes } from "./axesView.ts";
import { learnedFigure, medianOf, quantilePoints } from "./crowdView.ts";
import { chanceLevel } from "./metricsView.ts";
import { pinnedSeries, withPinned } from "./pinnedView.ts";
import { ENDED } from "./progressView.ts";
import { quantileBands } from "./quantileBands.ts";
import { words } from "./words.ts";

const BANDS = quantileBands("var(--shared)");

/** What many clients reached, as accuracy, or as loss in a text task: the median, and where the middle of them lies; never a line each. */
export const QuantilePanel = memo(function QuantilePanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const spoken = useLanguage();
  const { client: pinned } = usePlace();
  const isText = snapshot.config.task.kind === "text";
  const figure = isText ? "testLoss" : "accuracy";
  const format = isText ? formatLoss : formatFraction;
  const said = words.quantilePanel[figure];
  const client = snapshot.clients.find(({ id }) => id === pinned);
  const points = useMemo(() => {
    const all = withAggregation(quantilePoints(snapshot, figure), snapshot, figure, medianOf);
    return withPinned(withAlone(all, snapshot, figure, medianOf), client, (metrics) => learnedFigure(metrics, figure));
  }, [snapshot, client, figure]);
  const axes = useMemo(() => roundAxes(snapshot), [snapshot]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what lines are called is of the language.
  const series = useMemo((): readonly ChartSeries[] => {
    const line = (key: string, label: string, color: string): ChartSeries => ({ key, label, color, thin: false });
    return [
      line("base", common.adapterNames.base, "var(--base)"),
      ...aloneSeries(points, "var(--personal)"),
      line("p50", words.quantilePanel.median, "var(--shared)"),
      ...pinnedSeries(client),
      ...aggregationSeries(points),
    ];
  }, [client?.name, spoken, points]);
  const averaged = aggregationText(points, format);
  const last = points.at(-1);
  const hidden = points.length === 0 ? noFiguresText(snapshot, isText ? "losses" : "accuracies") : null;
  if (points.length === 0 && hidden === null) return null;
  return (
    <Panel
      title={said.title}
      hint={common.listing.sentences([said.hint, ...aggregationHint(points)])}
      aside={tellersText(snapshot)}
      instead={hidden}
    >
      <RoundChart
        name={said.chartName}
        points={points}
        axes={axes}
        series={series}
        bands={BANDS}
        top={isText ? null : 1}
        yTitle={said.yTitle}
        reference={isText ? null : chanceLevel(snapshot)}
        totalRounds={snapshot.config.budgets.rounds}
        isRunning={!ENDED.has(snapshot.phase)}
        summary={[
          said.summary(format(last?.p50 ?? null), format(last?.p25 ?? null), format(last?.p75 ?? null)),
          ...averaged,
        ].join(common.listing.semicolon)}
        format={format}
        height={280}
      />
    </Panel>
  );
});
