import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useStable } from "../hooks/useStable.ts";
import { isCrowd } from "../lib/crowd.ts";
import { noFiguresText } from "../lib/figuresWords.ts";
import { formatLoss } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { RoundChart } from "../ui/RoundChart.tsx";
import { lossPoints, roundRange } from "./metricsView.ts";

const INK = "var(--ink)";

/** Mean training loss by round. */
export const LossPanel = memo(function LossPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const points = useStable(lossPoints(snapshot));
  const thin = isCrowd(snapshot)
    ? []
    : snapshot.clients.map(({ id, name }) => ({ key: id, label: name, color: INK, thin: true }));
  const range = useStable(roundRange(snapshot));
  const series = useStable([...thin, { key: "mean", label: "mean", color: INK, thin: false }]);
  const last = points.at(-1)?.mean ?? null;
  const hidden = points.length === 0 ? noFiguresText(snapshot, "losses") : null;
  if (points.length === 0 && hidden === null) return null;
  return (
    <Panel
      title="Training loss"
      hint="Cross-entropy in nats, lower is better. A new inner optimiser starts in every round."
      instead={hidden}
    >
      <RoundChart
        name="training loss"
        points={points}
        range={range}
        series={series}
        top={null}
        yTitle="cross-entropy, nats"
        reference={null}
        totalRounds={snapshot.config.budgets.rounds}
        summary={`Newest mean training loss: ${formatLoss(last)}`}
        format={formatLoss}
        height={220}
      />
    </Panel>
  );
});
