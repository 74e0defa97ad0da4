import { meanAccuracy } from "@duet/lora-core/protocol/meanAccuracy";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { useStable } from "../hooks/useStable.ts";
import { ADAPTERS } from "../lib/adapters.ts";
import { noFiguresText, tellersText } from "../lib/figuresWords.ts";
import { formatFraction } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { Panel } from "../ui/Panel.tsx";
import { RoundChart } from "../ui/RoundChart.tsx";
import type { ChartSeries } from "../ui/RoundPlot.tsx";
import { Term } from "../ui/Term.tsx";
import { aggregationHint, aggregationSeries, aggregationText, withAggregation } from "./aggregationView.ts";
import { aloneSeries, withAlone } from "./aloneView.ts";
import { roundAxes } from "./axesView.ts";
import { learnedFigure } from "./crowdView.ts";
import { chanceLevel, clientSeries, fewerRowsText, mean, measuredRowsText, testPoints } from "./metricsView.ts";
import { pinnedSeries, withPinned } from "./pinnedView.ts";
import { ENDED } from "./progressView.ts";
import { words } from "./words.ts";

/** Accuracy of the four adapters by round: their means, and the clients of the one that is chosen. */
export const AccuracyPanel = memo(function AccuracyPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const { client: pinned } = usePlace();
  const client = snapshot.clients.find(({ id }) => id === pinned);
  const points = useStable(
    withPinned(
      withAlone(withAggregation(testPoints(snapshot, "accuracy"), snapshot, "accuracy", mean), snapshot, "accuracy", mean),
      client,
      (metrics) => learnedFigure(metrics, "accuracy"),
    ),
  );
  const means = meanAccuracy(snapshot);
  const tellers = tellersText(snapshot);
  const thick: ChartSeries[] = ADAPTERS.map(({ key, label, color }) => ({ key, label, color, thin: false }));
  const thin: ChartSeries[] = snapshot.clients.flatMap(({ id, name }) =>
    ADAPTERS.map(({ key, color }) => ({
      key: clientSeries(id, key),
      label: name,
      color,
      thin: true,
      of: key,
    })),
  );
  const axes = useStable(roundAxes(snapshot));
  const series = useStable([
    ...[...thin, ...thick, ...aloneSeries(points, "var(--ink-2)")],
    ...[...pinnedSeries(client), ...aggregationSeries(points)],
  ]);
  const summary = ADAPTERS.filter(({ key }) => means[key] !== null)
    .map(({ key, label }) => `${label} ${formatFraction(means[key])}`)
    .join(common.listing.comma);
  const averaged = aggregationText(points, formatFraction);
  const hint = [
    words.accuracyPanel.summary(words.accuracyPanel.means[snapshot.config.aggregation]),
    measuredRowsText(snapshot),
    words.accuracyPanel.chance,
    ...aggregationHint(points),
  ];
  const fewer = fewerRowsText(snapshot);
  const hidden = points.length === 0 ? noFiguresText(snapshot, "accuracies") : null;
  if (snapshot.config.task.kind === "text" || (points.length === 0 && hidden === null)) return null;
  return (
    <Panel
      title={words.accuracyPanel.title(<Term term="test rows" />)}
      hint={common.listing.sentences(hint.filter((sentence) => sentence !== null))}
      aside={tellers}
      instead={hidden}
    >
      <RoundChart
        name={words.accuracyPanel.chartName}
        points={points}
        axes={axes}
        series={series}
        top={1}
        yTitle={words.accuracyPanel.shareOfTestRowsRight}
        reference={chanceLevel(snapshot)}
        totalRounds={snapshot.config.budgets.rounds}
        isRunning={!ENDED.has(snapshot.phase)}
        summary={[words.accuracyPanel.newest(summary), ...averaged].join(common.listing.semicolon)}
        format={formatFraction}
        height={260}
      />
      {fewer !== null && <p className="muted small">{fewer}</p>}
    </Panel>
  );
});
