import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useStable } from "../hooks/useStable.ts";
import { ADAPTERS } from "../lib/adapters.ts";
import { noFiguresText, tellersText } from "../lib/figuresWords.ts";
import { formatLoss } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { RoundChart } from "../ui/RoundChart.tsx";
import type { ChartSeries } from "../ui/RoundPlot.tsx";
import { clientSeries, measuredRowsText, roundRange, testPoints } from "./metricsView.ts";

/** In a text task, which has no accuracy: loss of the four adapters by round, thick for the mean, thin for each client. */
export const TestLossPanel = memo(function TestLossPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const points = useStable(testPoints(snapshot, "testLoss"));
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
  const isMeasured = points.some((point) => ADAPTERS.some(({ key }) => typeof point[key] === "number"));
  const hidden = isMeasured ? null : noFiguresText(snapshot, "losses");
  if (snapshot.config.task.kind !== "text" || (!isMeasured && hidden === null)) return null;
  const summary = ADAPTERS.flatMap(({ key, label }) => {
    const value = points.findLast((point) => typeof point[key] === "number")?.[key] ?? null;
    return value === null ? [] : [`${label} ${formatLoss(value)}`];
  });
  return (
    <Panel
      title="Loss on each client's own test rows"
      hint={["Cross-entropy of the wanted answers in nats, lower is better.", measuredRowsText(snapshot) ?? ""].join(" ")}
      aside={tellersText(snapshot)}
      instead={hidden}
    >
      <RoundChart
        name="test loss"
        points={points}
        range={range}
        series={series}
        top={null}
        yTitle="cross-entropy on test rows, nats"
        reference={null}
        totalRounds={snapshot.config.budgets.rounds}
        summary={`Newest mean loss on test rows: ${summary.join(", ")}`}
        format={formatLoss}
        height={260}
      />
    </Panel>
  );
});
