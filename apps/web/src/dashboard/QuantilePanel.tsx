import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo, useMemo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { noFiguresText, tellersText } from "../lib/figuresWords.ts";
import { formatFraction } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { Panel } from "../ui/Panel.tsx";
import { RoundChart } from "../ui/RoundChart.tsx";
import type { ChartBand, ChartSeries } from "../ui/RoundPlot.tsx";
import { aggregationHint, aggregationSeries, aggregationText, withAggregation } from "./aggregationView.ts";
import { aloneSeries, withAlone } from "./aloneView.ts";
import { roundAxes } from "./axesView.ts";
import { medianOf, quantilePoints } from "./crowdView.ts";
import { chanceLevel } from "./metricsView.ts";
import { ENDED } from "./progressView.ts";
import { words } from "./words.ts";

const BANDS: readonly ChartBand[] = [
  { low: "p10", high: "p90", color: "var(--shared)", opacity: 0.15 },
  { low: "p25", high: "p75", color: "var(--shared)", opacity: 0.25 },
];

/** What many clients reached: the median, and where the middle of them lies; never a line each. */
export const QuantilePanel = memo(function QuantilePanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const spoken = useLanguage();
  const { client: pinned } = usePlace();
  const points = useMemo(
    () =>
      withAlone(
        withAggregation(quantilePoints(snapshot, pinned), snapshot, "accuracy", medianOf),
        snapshot,
        "accuracy",
        medianOf,
      ),
    [snapshot, pinned],
  );
  const axes = useMemo(() => roundAxes(snapshot), [snapshot]);
  const name = snapshot.clients.find(({ id }) => id === pinned)?.name;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what lines are called is of the language.
  const series = useMemo((): readonly ChartSeries[] => {
    const line = (key: string, label: string, color: string): ChartSeries => ({ key, label, color, thin: false });
    return [
      line("base", common.adapterNames.base, "var(--base)"),
      ...aloneSeries(points, "var(--personal)"),
      line("p50", words.quantilePanel.median, "var(--shared)"),
      ...(name === undefined ? [] : [line("pinned", name, "var(--ink)")]),
      ...aggregationSeries(points),
    ];
  }, [name, spoken, points]);
  const averaged = aggregationText(points, formatFraction);
  const last = points.at(-1);
  const hidden = points.length === 0 ? noFiguresText(snapshot, "accuracies") : null;
  if (snapshot.config.task.kind === "text" || (points.length === 0 && hidden === null)) return null;
  return (
    <Panel
      title={words.quantilePanel.accuracyOverTheRounds}
      hint={common.listing.sentences([words.quantilePanel.hint, ...aggregationHint(points)])}
      aside={tellersText(snapshot)}
      instead={hidden}
    >
      <RoundChart
        name={words.quantilePanel.chartName}
        points={points}
        axes={axes}
        series={series}
        bands={BANDS}
        top={1}
        yTitle={words.quantilePanel.shareOfTestRowsRight}
        reference={chanceLevel(snapshot)}
        totalRounds={snapshot.config.budgets.rounds}
        isRunning={!ENDED.has(snapshot.phase)}
        summary={[
          words.quantilePanel.summary(
            formatFraction(last?.p50 ?? null),
            formatFraction(last?.p25 ?? null),
            formatFraction(last?.p75 ?? null),
          ),
          ...averaged,
        ].join(common.listing.semicolon)}
        format={formatFraction}
        height={280}
      />
    </Panel>
  );
});
