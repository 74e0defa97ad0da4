import type { SessionState } from "@duet/client/sessionState";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { useState } from "react";
import { useStore } from "../hooks/useStore.ts";
import type { TabSession } from "../services/tabSessions.ts";
import { choiceOf } from "./choiceOf.ts";
import { TablePanel } from "./TablePanel.tsx";
import { usePlayground } from "./usePlayground.ts";
import { writingForm } from "./writingForm.ts";

export interface PredictFileProps {
  readonly session: TabSession;
  readonly state: SessionState;
  readonly snapshot: Snapshot;
  readonly usesAlone: boolean;
}

/** A file of one's own, answered where the result stands. Nothing of it leaves the tab. */
export function PredictFile({ session, state, snapshot: { config }, usesAlone }: PredictFileProps) {
  const { playground, closed } = usePlayground(session, state, config);
  const shown = useStore(playground);
  const [form] = useState(writingForm);
  const choice = choiceOf(state, usesAlone);
  return (
    <TablePanel {...choice} playground={playground} shown={shown} task={config.task} isClosed={closed !== null} form={form} />
  );
}
