import { meanAccuracy } from "@duet/lora-core/protocol/meanAccuracy";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useStable } from "../hooks/useStable.ts";
import { ADAPTERS } from "../lib/adapters.ts";
import { noFiguresText, tellersText } from "../lib/figuresWords.ts";
import { formatFraction } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { RoundChart } from "../ui/RoundChart.tsx";
import type { ChartSeries } from "../ui/RoundPlot.tsx";
import { chanceLevel, clientSeries, measuredRowsText, roundRange, testPoints } from "./metricsView.ts";

const MEAN_TEXTS = { plain: "Mean over clients", secure: "Mean over all clients' rows, from their secure sum," } as const;

/** Accuracy of the four adapters by round: thick for the mean, thin for each client. */
export const AccuracyPanel = memo(function AccuracyPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const points = useStable(testPoints(snapshot, "accuracy"));
  const means = meanAccuracy(snapshot);
  const tellers = tellersText(snapshot);
  const thick: ChartSeries[] = ADAPTERS.map(({ key, label, color }) => ({ key, label, color, thin: false }));
  const thin: ChartSeries[] = snapshot.clients.flatMap(({ id, name }) =>
    ADAPTERS.map(({ key, label, color }) => ({
      key: clientSeries(id, key),
      label: `${name}, ${label}`,
      color,
      thin: true,
      of: key,
    })),
  );
  const range = useStable(roundRange(snapshot));
  const series = useStable([...thin, ...thick]);
  const summary = ADAPTERS.filter(({ key }) => means[key] !== null)
    .map(({ key, label }) => `${label} ${formatFraction(means[key])}`)
    .join(", ");
  const hint = [
    `${MEAN_TEXTS[snapshot.config.aggregation]} in thick lines, each client in a thin one.`,
    measuredRowsText(snapshot),
    "The dotted line is what guessing would reach.",
  ];
  const hidden = points.length === 0 ? noFiguresText(snapshot, "accuracies") : null;
  if (snapshot.config.task.kind === "text" || (points.length === 0 && hidden === null)) return null;
  return (
    <Panel
      title="Accuracy on each client's own test rows"
      hint={hint.filter((sentence) => sentence !== null).join(" ")}
      aside={tellers}
      instead={hidden}
    >
      <RoundChart
        name="accuracy"
        points={points}
        range={range}
        series={series}
        top={1}
        yTitle="share of test rows right"
        reference={chanceLevel(snapshot)}
        totalRounds={snapshot.config.budgets.rounds}
        summary={`Newest mean accuracy: ${summary}`}
        format={formatFraction}
        height={260}
      />
    </Panel>
  );
});
