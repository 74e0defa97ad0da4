import type { Confusion } from "@duet/lora-core/data/classificationMetrics";
import { plural } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { mistakesView } from "./mistakes.ts";

const SHOWN = 5;

export interface MistakesPanelProps {
  /** Null until the adapters are fused. */
  readonly confusion: Confusion | null;
  readonly labels: readonly string[];
}

/** What the fused adapter takes for what, on this tab's own test rows. */
export function MistakesPanel({ confusion, labels }: MistakesPanelProps) {
  const view = confusion && mistakesView(confusion, labels, SHOWN);
  return (
    <Panel
      title="Most frequent mistakes"
      hint="Answers of the fused adapter on this tab's test rows. These counts are not sent to anyone."
      empty={view ? null : "The most frequent mistakes on your test rows, once the adapters are fused."}
    >
      {view && (
        <>
          <p style={{ margin: "0 0 8px" }}>
            {view.right} of {plural(view.rows, "row")} right
          </p>
          <ul className="small" style={{ margin: 0, paddingLeft: 18 }}>
            {view.mistakes.map(({ actual, predicted, count }) => (
              <li key={`${actual} ${predicted}`}>
                {actual} taken for {predicted}: {count}
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
