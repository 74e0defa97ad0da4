import type { SessionState } from "@duet/client/sessionState";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTask } from "../../hooks/useTask.ts";
import type { PerAdapter } from "../../lib/adapters.ts";
import { fixedFiguresText } from "../../lib/figuresWords.ts";
import type { TabSession } from "../../services/tabSessions.ts";
import { AdapterBars } from "../../ui/AdapterBars.tsx";
import { FailureAlert } from "../../ui/FailureAlert.tsx";
import { FiguresChoice } from "../../ui/FiguresChoice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { AdapterIntervals } from "../result/AdapterIntervals.tsx";
import { verdictView } from "../result/verdictView.ts";
import { ownFiguresView } from "./myTabView.ts";
import { words } from "./words.ts";

export interface FiguresPanelProps {
  readonly session: TabSession;
  readonly state: SessionState;
  readonly config: FederationConfig;
}

interface AccuraciesProps {
  readonly values: PerAdapter;
  /** What learning alone made; null where it was not compared. */
  readonly alone: number | null;
  readonly rows: number | null;
}

/** With how sure they are, once that is asked; `rows` is null before. */
function Accuracies({ values, alone, rows }: AccuraciesProps) {
  if (!rows) return <AdapterBars values={values} label={words.figuresPanel.accuracyOnYourTestRows} />;
  return <AdapterIntervals values={{ ...values, alone }} rows={rows} best={verdictView(values, null)?.best ?? null} />;
}

/** What this tab has measured, whoever else sees it; and who that is. */
export function FiguresPanel({ session, state, config }: FiguresPanelProps) {
  const view = ownFiguresView(state, config);
  const [isChoosing, setChoosing] = useState(false);
  const [task, start] = useTask();
  const isOver = state.stage.kind === "finished";
  const rows = state.own?.testRows ?? state.samples?.test ?? null;
  return (
    <Panel
      title={isOver && view.accuracy ? words.figuresPanel.whichServesYouBest : words.figuresPanel.youSoFar}
      hint={words.figuresPanel.hint}
    >
      {view.accuracy && (
        <Accuracies values={view.accuracy} alone={state.own?.alone?.accuracy ?? null} rows={isOver ? rows : null} />
      )}
      <p className="small" style={{ margin: "8px 0 0" }}>
        {view.words}
      </p>
      <p className="muted small" style={{ margin: "8px 0" }}>
        {view.seenBy}
      </p>
      {fixedFiguresText(config) === null && (
        <Button size="xs" variant="default" aria-expanded={isChoosing} onClick={() => setChoosing(!isChoosing)}>
          {words.figuresPanel.changeWhoSeesThem}
        </Button>
      )}
      {isChoosing && (
        <FiguresChoice config={config} value={state.figures} onChange={(figures) => start(() => session.tellFigures(figures))} />
      )}
      {task.kind === "failed" && <FailureAlert failure={task.failure} />}
    </Panel>
  );
}
