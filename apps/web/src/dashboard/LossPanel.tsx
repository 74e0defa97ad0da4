import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { useStable } from "../hooks/useStable.ts";
import { isCrowd } from "../lib/crowd.ts";
import { noFiguresText } from "../lib/figuresWords.ts";
import { formatLoss } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { RoundChart } from "../ui/RoundChart.tsx";
import { roundAxes } from "./axesView.ts";
import { lossPoints } from "./metricsView.ts";
import { ENDED } from "./progressView.ts";
import { words } from "./words.ts";

const INK = "var(--ink)";

/** Mean training loss by round. */
export const LossPanel = memo(function LossPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const points = useStable(lossPoints(snapshot));
  const thin = isCrowd(snapshot)
    ? []
    : snapshot.clients.map(({ id, name }) => ({ key: id, label: name, color: INK, thin: true }));
  const axes = useStable(roundAxes(snapshot));
  const series = useStable([...thin, { key: "mean", label: words.lossPanel.mean, color: INK, thin: false }]);
  const last = points.at(-1)?.mean ?? null;
  const hidden = points.length === 0 ? noFiguresText(snapshot, "losses") : null;
  if (points.length === 0 && hidden === null) return null;
  return (
    <Panel title={words.lossPanel.trainingLoss} hint={words.lossPanel.hint} instead={hidden}>
      <RoundChart
        name={words.lossPanel.chartName}
        points={points}
        axes={axes}
        series={series}
        top={null}
        yTitle={words.lossPanel.yTitle}
        reference={null}
        totalRounds={snapshot.config.budgets.rounds}
        isRunning={!ENDED.has(snapshot.phase)}
        summary={words.lossPanel.summary(formatLoss(last))}
        format={formatLoss}
        height={220}
      />
    </Panel>
  );
});
