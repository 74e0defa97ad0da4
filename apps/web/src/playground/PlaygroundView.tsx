import type { SessionState } from "@duet/client/sessionState";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { useState } from "react";
import { useStore } from "../hooks/useStore.ts";
import type { TabSession } from "../services/tabSessions.ts";
import { Panel } from "../ui/Panel.tsx";
import { AnswersPanel } from "./AnswersPanel.tsx";
import { choiceOf } from "./choiceOf.ts";
import { FusionSliders } from "./FusionSliders.tsx";
import { servedWords } from "./fusedAnswers.ts";
import { TablePanel } from "./TablePanel.tsx";
import { usePlayground } from "./usePlayground.ts";
import { words } from "./words.ts";
import { type WritingForm, writingForm } from "./writingForm.ts";

export interface PlaygroundViewProps {
  readonly session: TabSession;
  readonly state: SessionState;
  readonly snapshot: Snapshot;
  /** Whether the person uses what was learned alone in place of what the method serves. */
  readonly usesAlone: boolean;
}

/** This tab's adapters at work: one input, all answers; the fused one, or a mix by hand; a whole file. */
export function PlaygroundView({ session, state, snapshot, usesAlone }: PlaygroundViewProps) {
  const { config } = snapshot;
  const { task } = config;
  const found = state.adapters?.served ? state.adapters.fusion : null;
  const { playground, closed } = usePlayground(session, state, config);
  const shown = useStore(playground);
  const [form, setForm] = useState<WritingForm>(writingForm);
  const parts = { ...choiceOf(state, usesAlone), playground, shown, task, isClosed: closed !== null, form };
  return (
    <div className="column" style={{ marginTop: 14 }}>
      <h1 style={{ margin: 0 }}>{words.playgroundView.title(config.name)}</h1>
      <p className="muted" style={{ margin: 0 }}>
        {closed ?? words.playgroundView.allHere}
      </p>
      <AnswersPanel {...parts} onForm={setForm} />
      <div className="pair">
        <Panel title={words.playgroundView.fusionByHand} hint={words.playgroundView.fusionHint}>
          <FusionSliders
            {...parts}
            served={found && { weights: found, words: servedWords(config) }}
            fusionRows={state.samples?.fusion ?? 0}
          />
        </Panel>
        <TablePanel {...parts} />
      </div>
    </div>
  );
}
