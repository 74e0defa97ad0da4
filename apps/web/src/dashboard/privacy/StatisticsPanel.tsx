import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { useMemo } from "react";
import { useGo } from "../../hooks/useGo.ts";
import { useLanguage } from "../../hooks/useLanguage.ts";
import type { AgainChoices, AgainState } from "../../lib/federation/again.ts";
import { formatCount, formatFraction } from "../../lib/format.ts";
import { NEW_FEDERATION_PATH } from "../../lib/links.ts";
import { BarsPicture, type PictureBar } from "../../ui/BarsPicture.tsx";
import { ChartFigure } from "../../ui/ChartFigure.tsx";
import { Fill } from "../../ui/Fill.tsx";
import { MethodEvidence } from "../../ui/MethodEvidence.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { statisticsPending, statisticsView } from "./statisticsView.ts";
import { words } from "./words.ts";

export interface StatisticsPanelProps {
  readonly snapshot: Snapshot;
  readonly isOrganiser: boolean;
}

/** What all rows are like, before anything is trained, and what that suggests. Nothing in a federation that does not ask. */
export function StatisticsPanel({ snapshot, isOrganiser }: StatisticsPanelProps) {
  const go = useGo();
  const spoken = useLanguage();
  const { config, statistics, joining } = snapshot;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it says is of the language.
  const view = useMemo(() => statisticsView({ config, statistics }), [config, statistics, spoken]);
  const instead = statisticsPending(snapshot);
  if (!view && instead === null) return null;
  const again = (choices: AgainChoices) =>
    go(NEW_FEDERATION_PATH, { state: { again: { config, choices, joining, statistics: null } } satisfies AgainState });
  return (
    <Panel title={words.statisticsPanel.whatRowsAreLike} hint={words.statisticsPanel.hint} instead={instead} aside={view?.whole}>
      {view && (
        <>
          {view.bars.length > 0 && (
            <ChartFigure
              name={words.statisticsPanel.rowsByLabel}
              summary={words.statisticsPanel.rowsByLabel}
              picture={() => <BarsPicture title={words.statisticsPanel.rowsByLabel} bars={view.bars.map(barOf)} />}
            >
              <div className="bars">
                {view.bars.map(({ label, rows, share }) => (
                  <LabelRow key={label} label={label} rows={rows} share={share} />
                ))}
              </div>
            </ChartFigure>
          )}
          <p style={{ margin: "10px 0 0" }}>{view.lengths}</p>
          {view.unlikeness !== null && view.likeness !== null && (
            <p style={{ margin: "10px 0 0" }}>
              {words.statisticsPanel.unlikeness(formatFraction(view.unlikeness))} {words.statisticsPanel.likeness[view.likeness]}
            </p>
          )}
          {view.isAsProposed && <p style={{ margin: "10px 0 0" }}>{words.statisticsPanel.asProposed}</p>}
          <MethodEvidence
            proposal={view.proposal}
            {...(isOrganiser && !view.isAsProposed ? { take: again } : {})}
            label={words.statisticsPanel.createAgain}
          />
          {isOrganiser && !view.isAsProposed && view.proposal.choices && (
            <p className="muted small" style={{ margin: "6px 0 0" }}>
              {words.statisticsPanel.createAgainNote}
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

interface LabelBar {
  readonly label: string;
  readonly rows: number;
  readonly share: number;
}

const barOf = ({ label, rows, share }: LabelBar): PictureBar => ({
  ...{ name: label, share, color: "var(--data)" },
  text: formatCount(rows),
});

function LabelRow({ label, rows, share }: LabelBar) {
  return (
    <>
      <span>{label}</span>
      <div className="track" aria-hidden="true">
        <Fill share={share} color="var(--data)" />
      </div>
      <span className="small">{formatCount(rows)}</span>
    </>
  );
}
