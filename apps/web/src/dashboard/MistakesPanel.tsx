import type { Confusion } from "@duet/lora-core/data/classificationMetrics";
import { Panel } from "../ui/Panel.tsx";
import { mistakesView } from "./mistakes.ts";
import { words } from "./words.ts";

const SHOWN = 5;

export interface MistakesPanelProps {
  /** Null until the adapters are fused. */
  readonly confusion: Confusion | null;
  readonly labels: readonly string[];
}

/** What the fused adapter takes for what, on this tab's own test rows. */
export function MistakesPanel({ confusion, labels }: MistakesPanelProps) {
  const view = confusion && mistakesView(confusion, labels, SHOWN);
  if (!view) return null;
  return (
    <Panel title={words.mistakesPanel.whereItErrs} hint={words.mistakesPanel.hint}>
      <p style={{ margin: "0 0 8px" }}>{words.mistakesPanel.right(view.right, view.rows)}</p>
      {view.mistakes.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>{words.mistakesPanel.was}</th>
              <th>{words.mistakesPanel.takenFor}</th>
              <th className="number">{words.mistakesPanel.rows}</th>
            </tr>
          </thead>
          <tbody>
            {view.mistakes.map(({ actual, predicted, count }) => (
              <tr key={`${actual} ${predicted}`}>
                <td>{actual}</td>
                <td>{predicted}</td>
                <td className="number">{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
