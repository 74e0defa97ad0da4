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
  if (!view) return null;
  return (
    <Panel
      title="Where it errs"
      hint="Answers of the fused adapter on this tab's test rows. These counts are not sent to anyone."
    >
      <p style={{ margin: "0 0 8px" }}>
        {view.right} of {plural(view.rows, "row")} right
      </p>
      {view.mistakes.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>Was</th>
              <th>Taken for</th>
              <th className="number">Rows</th>
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
