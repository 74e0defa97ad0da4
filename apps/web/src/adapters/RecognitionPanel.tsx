import type { Aggregation } from "@duet/lora-core/strategies/strategy";
import { Progress } from "@mantine/core";
import { useRecognition } from "../hooks/useRecognition.ts";
import type { Recognisable } from "../services/recognition.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { readerWords, recognitionView, unmeasuredWords } from "./recognitionView.ts";

export interface RecognitionPanelProps {
  readonly federationId: string;
  readonly aggregation: Aggregation;
}

const ALL: readonly Recognisable[] = ["sent", "personal", "shared", "fused"];

/** How recognisable this tab's own training rows are in what it sent last, and in what it could give away: measured once it is over. */
export function RecognitionPanel({ federationId, aggregation }: RecognitionPanelProps) {
  const { state, isOver } = useRecognition(federationId);
  const { measuring, waiting, measured, failure } = state;
  const shown = ALL.filter((what) => measured[what] || measuring?.what === what || waiting.includes(what));
  if (shown.length === 0 && !failure) return null;
  return (
    <Panel
      title="How recognisable your rows are"
      hint="Your training rows against your test rows: by how much sureness the update that you sent last added to each, and by how sure each adapter is of them. Measured in this tab on at most 200 rows of each; nothing is sent."
    >
      <ul aria-label="Recognisable rows" style={{ margin: "0 0 10px", paddingLeft: 18 }}>
        {shown.map((what) => {
          const found = measured[what];
          const view = found && recognitionView(found, what);
          return (
            <li key={what} style={{ marginBottom: 6 }}>
              In {NAMES[what]}: {view ? <strong>{view.verdict}</strong> : unmeasuredWords(what, state, isOver)}
              {view && (
                <span className="muted small block">
                  {[view.figure, what === "sent" && readerWords(aggregation), view.advice].filter(Boolean).join(" ")}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {measuring && <Progress value={100 * measuring.share} size={4} aria-label={`Measured in ${NAMES[measuring.what]}`} />}
      {failure && <FailureAlert failure={failure} />}
    </Panel>
  );
}

const NAMES: Readonly<Record<Recognisable, string>> = {
  sent: "the update that you sent last",
  personal: "the personal adapter",
  shared: "the shared adapter",
  fused: "the fused adapter",
};
