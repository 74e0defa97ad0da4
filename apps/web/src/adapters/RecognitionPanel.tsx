import type { AnswerEngine, AnsweringAdapter } from "@duet/lora-core/contract/answering";
import type { ClientAdapterKind } from "@duet/lora-core/federation/clientAdapters";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTask } from "../hooks/useTask.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { type RecognitionView, recognitionView } from "./recognitionView.ts";

export interface RecognitionPanelProps {
  readonly engine: Pick<AnswerEngine, "measureRecognition">;
  /** What there is to give away; none before the first finished round. */
  readonly available: readonly ClientAdapterKind[];
}

const ANSWERING: Readonly<Record<ClientAdapterKind, AnsweringAdapter>> = {
  personal: { kind: "product", weights: { personal: 1, shared: 0 } },
  shared: { kind: "product", weights: { personal: 0, shared: 1 } },
  fused: "served",
};

interface Measured extends RecognitionView {
  readonly kind: ClientAdapterKind;
}

/** Before an adapter is given away: how recognisable this tab's own training rows are in it, in words. */
export function RecognitionPanel({ engine, available }: RecognitionPanelProps) {
  const [measured, setMeasured] = useState<readonly Measured[]>([]);
  const [measuring, measure] = useTask();
  const all = () =>
    measure(async () => {
      const found: Measured[] = [];
      for (const kind of available) found.push({ kind, ...recognitionView(await engine.measureRecognition(ANSWERING[kind])) });
      setMeasured(found);
    });
  if (available.length === 0) return null;
  return (
    <Panel
      title="How recognisable your rows are"
      hint="Your training rows against your test rows, by how sure each adapter is of them. Measured in this tab on at most 200 rows of each; nothing is sent."
    >
      {measured.length > 0 && (
        <ul aria-label="Recognisable rows" style={{ margin: "0 0 10px", paddingLeft: 18 }}>
          {measured.map(({ kind, verdict, advice, figure }) => (
            <li key={kind} style={{ marginBottom: 6 }}>
              In the {kind} adapter: <strong>{verdict}</strong>
              <span className="muted small block">
                {figure} {advice}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Button size="xs" variant="default" loading={measuring.kind === "busy"} onClick={all}>
        {measured.length > 0 ? "Measure again" : "Measure before giving one away"}
      </Button>
      {measuring.kind === "failed" && <FailureAlert failure={measuring.failure} />}
    </Panel>
  );
}
