import type { Aggregation } from "@duet/lora-core/strategies/strategy";
import { Progress } from "@mantine/core";
import { useRecognition } from "../hooks/useRecognition.ts";
import { words as common } from "../lib/words.ts";
import type { Recognisable } from "../services/recognition.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { readerWords, recognitionView, unmeasuredWords, withAdviceOnce } from "./recognitionView.ts";
import { words } from "./words.ts";

export interface RecognitionPanelProps {
  readonly federationId: string;
  readonly aggregation: Aggregation;
}

const ALL: readonly Recognisable[] = ["sent", "alone", "personal", "shared", "fused"];

/** How recognisable this tab's own training rows are in what it sent last, and in what it could give away: measured once it is over. */
export function RecognitionPanel({ federationId, aggregation }: RecognitionPanelProps) {
  const { state, isOver } = useRecognition(federationId);
  const { measuring, waiting, measured, failure } = state;
  const shown = ALL.filter((what) => measured[what] || measuring?.what === what || waiting.includes(what));
  if (shown.length === 0 && !failure) return null;
  const told = withAdviceOnce(
    shown.map((what) => {
      const found = measured[what];
      return { what, view: found ? recognitionView(found, what) : null };
    }),
  );
  return (
    <Panel title={words.recognitionPanel.howRecognisableYourRowsAre} hint={words.recognitionPanel.hint}>
      <p className="muted small" style={{ margin: "0 0 8px" }}>
        {words.recognitionPanel.howOften}
      </p>
      <ul aria-label={words.recognitionPanel.recognisableRows} style={{ margin: "0 0 10px", paddingLeft: 18 }}>
        {told.map(({ what, view, advice }) => (
          <li key={what} style={{ marginBottom: 6 }}>
            {words.recognitionPanel.in(words.recognitionPanel.names[what])}{" "}
            {view ? <strong>{view.verdict}</strong> : unmeasuredWords(what, state, isOver)}
            {view && (
              <span className="muted small block">
                {common.listing.sentences(
                  [view.figure, what === "sent" ? readerWords(aggregation) : null, advice].filter((text) => text !== null),
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
      {measuring && (
        <Progress
          value={100 * measuring.share}
          size={4}
          aria-label={words.recognitionPanel.measuredIn(words.recognitionPanel.names[measuring.what])}
        />
      )}
      {failure && <FailureAlert failure={failure} />}
    </Panel>
  );
}
