import type { SessionState } from "@duet/client/sessionState";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { useState } from "react";
import { useStore } from "../hooks/useStore.ts";
import type { TabSession } from "../services/appServices.ts";
import { Panel } from "../ui/Panel.tsx";
import { AnswersPanel } from "./AnswersPanel.tsx";
import { FusionSliders } from "./FusionSliders.tsx";
import { servedWords } from "./fusedAnswers.ts";
import { TablePanel } from "./TablePanel.tsx";
import { usePlayground } from "./usePlayground.ts";
import { type WritingForm, writingForm } from "./writingForm.ts";

export interface PlaygroundViewProps {
  readonly session: TabSession;
  readonly state: SessionState;
  readonly snapshot: Snapshot;
}

/** This tab's adapters at work: one input, four answers; the fused one, or a mix by hand; a whole file. */
export function PlaygroundView({ session, state, snapshot }: PlaygroundViewProps) {
  const { config } = snapshot;
  const { task } = config;
  const found = state.adapters?.served ? state.adapters.fusion : null;
  const { playground, closed } = usePlayground(session, state, config);
  const shown = useStore(playground);
  const [form, setForm] = useState<WritingForm>(writingForm);
  const parts = { playground, shown, task, isClosed: closed !== null, form };
  return (
    <div className="column" style={{ marginTop: 14 }}>
      <h1 style={{ margin: 0 }}>Playground of {config.name}</h1>
      <p className="muted" style={{ margin: 0 }}>
        {closed ?? "Everything here is computed in this tab; no prompt, file or answer leaves it."}
      </p>
      <AnswersPanel {...parts} onForm={setForm} />
      <div className="pair">
        <Panel
          title="Fusion by hand"
          hint="Fused answers come from what this tab serves since the last round; moving a weight mixes your two adapters by hand. The figure is measured on the rows that find the weights, not on your test rows."
        >
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
