import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../../hooks/useLanguage.ts";
import { formatFraction } from "../../lib/format.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Scroll } from "../../ui/Scroll.tsx";
import { clientVerdicts, type ServedFigure } from "./clientVerdicts.ts";
import { WhoGained } from "./WhoGained.tsx";
import { words } from "./words.ts";

/** What every client serves, and whether that is told from what it would have otherwise. */
export const VerdictsPanel = memo(function VerdictsPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const verdicts = clientVerdicts(snapshot);
  if (!verdicts) return null;
  const rival = words.clientVerdicts.rivals[verdicts.rival];
  const isCompared = verdicts.rival === "alone";
  return (
    <Panel title={words.verdictsPanel.aloneSharedOrMixed} aside={words.verdictsPanel.fromTo(rival)} hint={verdicts.why}>
      <WhoGained {...verdicts} />
      <Scroll label={words.verdictsPanel.whatEveryClientServes}>
        <table className="plain cards verdicts">
          <thead>
            <tr>
              <th scope="col">{words.verdictsPanel.client}</th>
              <th scope="col">{words.verdictsPanel.serves}</th>
              {isCompared && (
                <th scope="col" className="number">
                  {words.verdictsPanel.alone}
                </th>
              )}
              <th scope="col" className="number">
                {words.verdictsPanel.personal}
              </th>
              <th scope="col" className="number">
                {words.verdictsPanel.shared}
              </th>
              <th scope="col" className="number">
                {words.verdictsPanel.served}
              </th>
              <th scope="col">{words.verdictsPanel.isBetter}</th>
            </tr>
          </thead>
          <tbody>
            {verdicts.clients.map(({ clientId, name, serves, alone, personal, shared, served, isBetter }) => (
              <tr key={clientId}>
                <th scope="row">{name}</th>
                <td data-label={words.verdictsPanel.serves} className="wide">
                  {serves}
                </td>
                {isCompared && <Figure label={words.verdictsPanel.alone} figure={alone} />}
                <Figure label={words.verdictsPanel.personal} figure={personal} />
                <Figure label={words.verdictsPanel.shared} figure={shared} />
                <Figure label={words.verdictsPanel.served} figure={served} />
                <td data-label={words.verdictsPanel.isBetter}>{isBetter ?? ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="small" style={{ margin: "10px 0 0" }}>
        {words.verdictsPanel.note(verdicts.ways, verdicts.against)}
      </p>
    </Panel>
  );
});

/** With where the true accuracy lies below it, so that a row fits into half a page. */
function Figure({ label, figure }: { readonly label: string; readonly figure: ServedFigure | null }) {
  return (
    <td data-label={label} className="number">
      {figure && (
        <>
          {formatFraction(figure.accuracy)}
          <div className="muted small">
            {words.verdictsPanel.interval(formatFraction(figure.interval.low), formatFraction(figure.interval.high))}
          </div>
        </>
      )}
    </td>
  );
}
