import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { formatFraction } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { clientVerdicts, type ServedFigure } from "./clientVerdicts.ts";

/** What every client serves, and whether that is told from what it would have alone. */
export const VerdictsPanel = memo(function VerdictsPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const verdicts = clientVerdicts(snapshot);
  if (!verdicts) return null;
  return (
    <Panel title="Alone, shared or mixed" hint={verdicts.why}>
      <Scroll label="What every client serves">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Client</th>
              <th scope="col">Serves</th>
              <th scope="col">Alone</th>
              <th scope="col">Shared</th>
              <th scope="col">Served</th>
              <th scope="col">Against alone</th>
            </tr>
          </thead>
          <tbody>
            {verdicts.clients.map(({ clientId, name, serves, personal, shared, served, againstAlone }) => (
              <tr key={clientId}>
                <th scope="row">{name}</th>
                <td>{serves}</td>
                <td className="number">{figureWords(personal)}</td>
                <td className="number">{figureWords(shared)}</td>
                <td className="number">{figureWords(served)}</td>
                <td>{againstAlone ?? ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="small" style={{ margin: "10px 0 0" }}>
        {verdicts.ways} {verdicts.against} Intervals hold the true accuracy with 95 % (Wilson).
      </p>
    </Panel>
  );
});

function figureWords(figure: ServedFigure | null): string {
  if (!figure) return "";
  const { accuracy, interval } = figure;
  return `${formatFraction(accuracy)} (${formatFraction(interval.low)} to ${formatFraction(interval.high)})`;
}
