import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { useStable } from "../hooks/useStable.ts";
import { ADAPTERS } from "../lib/adapters.ts";
import { noFiguresText, tellersText } from "../lib/figuresWords.ts";
import { formatLoss } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { Panel } from "../ui/Panel.tsx";
import { RoundChart } from "../ui/RoundChart.tsx";
import type { ChartSeries } from "../ui/RoundPlot.tsx";
import { aggregationHint, aggregationSeries, aggregationText, withAggregation } from "./aggregationView.ts";
import { aloneSeries, withAlone } from "./aloneView.ts";
import { roundAxes } from "./axesView.ts";
import { learnedFigure } from "./crowdView.ts";
import { clientSeries, fewerRowsText, mean, measuredRowsText, testPoints } from "./metricsView.ts";
import { pinnedSeries, withPinned } from "./pinnedView.ts";
import { ENDED } from "./progressView.ts";
import { words } from "./words.ts";

/** In a text task, which has no accuracy: loss of the four adapters by round: their means, and the clients of the one that is chosen. */
export const TestLossPanel = memo(function TestLossPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const { client: pinned } = usePlace();
  const client = snapshot.clients.find(({ id }) => id === pinned);
  const points = useStable(
    withPinned(
      withAlone(withAggregation(testPoints(snapshot, "testLoss"), snapshot, "testLoss", mean), snapshot, "testLoss", mean),
      client,
      (metrics) => learnedFigure(metrics, "testLoss"),
    ),
  );
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
  const isMeasured = points.some((point) => ADAPTERS.some(({ key }) => typeof point[key] === "number"));
  const fewer = fewerRowsText(snapshot);
  const hidden = isMeasured ? null : noFiguresText(snapshot, "losses");
  if (snapshot.config.task.kind !== "text" || (!isMeasured && hidden === null)) return null;
  const summary = ADAPTERS.flatMap(({ key, label }) => {
    const value = points.findLast((point) => typeof point[key] === "number")?.[key] ?? null;
    return value === null ? [] : [`${label} ${formatLoss(value)}`];
  });
  const averaged = aggregationText(points, formatLoss);
  return (
    <Panel
      title={words.testLossPanel.title}
      hint={common.listing.sentences([words.testLossPanel.hint, measuredRowsText(snapshot) ?? "", ...aggregationHint(points)])}
      aside={tellersText(snapshot)}
      instead={hidden}
    >
      <RoundChart
        name={words.testLossPanel.chartName}
        points={points}
        axes={axes}
        series={series}
        top={null}
        yTitle={words.testLossPanel.yTitle}
        reference={null}
        totalRounds={snapshot.config.budgets.rounds}
        isRunning={!ENDED.has(snapshot.phase)}
        summary={[words.testLossPanel.summary(summary.join(common.listing.comma)), ...averaged].join(common.listing.semicolon)}
        format={formatLoss}
        height={260}
      />
      {fewer !== null && <p className="muted small">{fewer}</p>}
    </Panel>
  );
});
