import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { useStable } from "../hooks/useStable.ts";
import { hasManyLines } from "../lib/crowd.ts";
import { noFiguresText } from "../lib/figuresWords.ts";
import { formatLoss } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { Panel } from "../ui/Panel.tsx";
import { RoundChart } from "../ui/RoundChart.tsx";
import type { ChartPoint, ChartSeries } from "../ui/RoundPlot.tsx";
import { roundAxes } from "./axesView.ts";
import { quantilesOf } from "./crowdView.ts";
import { lossPoints } from "./metricsView.ts";
import { ENDED } from "./progressView.ts";
import { quantileBands } from "./quantileBands.ts";
import { words } from "./words.ts";

const INK = "var(--ink)";

const BANDS = quantileBands(INK);
const NO_BANDS: typeof BANDS = [];

/** Mean training loss by round, and each client's; of many where they lie, and the one that is looked at. */
export const LossPanel = memo(function LossPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const { client: pinned } = usePlace();
  const { clients } = snapshot;
  const isMany = hasManyLines(snapshot);
  const points = useStable(isMany ? withQuantiles(lossPoints(snapshot), clients) : lossPoints(snapshot));
  const own = clients.filter(({ id }) => !isMany || id === pinned).map(({ id, name }) => lineOf(id, name, id !== pinned));
  const axes = useStable(roundAxes(snapshot));
  const series = useStable([...own, { key: "mean", label: words.lossPanel.mean, color: INK, thin: false }]);
  const last = points.at(-1)?.mean ?? null;
  const hidden = points.length === 0 ? noFiguresText(snapshot, "losses") : null;
  const hint = common.listing.sentences([words.lossPanel.hint, ...(isMany ? [words.lossPanel.bands] : [])]);
  if (points.length === 0 && hidden === null) return null;
  return (
    <Panel title={words.lossPanel.trainingLoss} hint={hint} instead={hidden}>
      <RoundChart
        name={words.lossPanel.chartName}
        points={points}
        axes={axes}
        series={series}
        bands={isMany ? BANDS : NO_BANDS}
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

const lineOf = (key: string, label: string, thin: boolean): ChartSeries => ({
  ...{ key, label, thin },
  color: thin ? INK : "var(--data)",
});

const withQuantiles = (points: readonly ChartPoint[], clients: Snapshot["clients"]): readonly ChartPoint[] =>
  points.map((point) => ({ ...point, ...quantilesOf(clients.map(({ id }) => point[id] ?? null)) }));
