import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { useEffect, useState } from "react";
import { useStore } from "../hooks/useStore.ts";
import type { FederatedSession } from "../services/federatedSession.ts";
import { createPlayground } from "../services/playground.ts";
import type { SessionState } from "../services/sessionState.ts";
import { Panel } from "../ui/Panel.tsx";
import { AnswersPanel } from "./AnswersPanel.tsx";
import { closedBecause } from "./closedBecause.ts";
import { FusionSliders } from "./FusionSliders.tsx";
import { TablePanel } from "./TablePanel.tsx";
import { type WritingForm, writingForm } from "./writingForm.ts";

export interface PlaygroundViewProps {
  readonly session: FederatedSession;
  readonly state: SessionState;
  readonly snapshot: Snapshot;
}

/** Where the sliders start before any weights were found. */
const HALVES: FusionWeights = { personal: 0.5, shared: 0.5 };

/** This tab's adapters at work: one input, four answers; the fusion weights by hand; a whole file. */
export function PlaygroundView({ session, state, snapshot }: PlaygroundViewProps) {
  const { task } = snapshot.config;
  const found = state.adapters?.fusion ?? null;
  const [playground] = useState(() =>
    createPlayground({ engine: session.engine, task, weights: found ?? HALVES, now: Date.now }),
  );
  const shown = useStore(playground);
  const [form, setForm] = useState<WritingForm>(writingForm);
  const closed = closedBecause(state);
  useEffect(() => () => playground.stop(), [playground]);
  const isOpen = closed === null;
  const [w1, w2] = [found?.personal, found?.shared];
  useEffect(() => {
    if (isOpen && w1 !== undefined && w2 !== undefined) playground.weigh({ personal: w1, shared: w2 });
  }, [playground, isOpen, w1, w2]);

  const parts = { playground, shown, task, isClosed: !isOpen, form };
  return (
    <div className="column" style={{ marginTop: 14 }}>
      <p className="muted" style={{ margin: 0 }}>
        {closed ?? "Everything here is computed in this tab; no prompt, file or answer leaves it."}
      </p>
      <AnswersPanel {...parts} onForm={setForm} />
      <div className="pair">
        <Panel
          title="Fusion by hand"
          hint="The fused adapter is w₁ times your personal one plus w₂ times the shared one. The figure is measured on the rows that find the weights, not on your test rows."
        >
          <FusionSliders {...parts} found={found} fusionRows={state.samples?.fusion ?? 0} />
        </Panel>
        <TablePanel {...parts} />
      </div>
    </div>
  );
}
