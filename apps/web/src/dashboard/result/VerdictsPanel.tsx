import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../../hooks/useLanguage.ts";
import { formatFraction } from "../../lib/format.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Scroll } from "../../ui/Scroll.tsx";
import { type ClientVerdict, clientVerdicts, type ServedFigure } from "./clientVerdicts.ts";
import { WhoGained } from "./WhoGained.tsx";
import { words } from "./words.ts";

/** What every client serves, and whether that is told from what it would have otherwise. */
export const VerdictsPanel = memo(function VerdictsPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const verdicts = clientVerdicts(snapshot);
  if (!verdicts) return null;
  const rival = words.clientVerdicts.rivals[verdicts.rival];
  const columns = columnsOf(verdicts.clients);
  return (
    <Panel title={words.verdictsPanel.aloneSharedOrMixed} aside={words.verdictsPanel.fromTo(rival)} hint={verdicts.why}>
      <WhoGained {...verdicts} />
      <Scroll label={words.verdictsPanel.whatEveryClientServes}>
        <table className="plain cards verdicts">
          <thead>
            <tr>
              <th scope="col">{words.verdictsPanel.client}</th>
              <th scope="col">{words.verdictsPanel.serves}</th>
              {columns.map((column) => (
                <th key={column} scope="col" className="number">
                  {words.verdictsPanel[column]}
                </th>
              ))}
              <th scope="col">{words.verdictsPanel.isBetter}</th>
            </tr>
          </thead>
          <tbody>
            {verdicts.clients.map(({ clientId, name, serves, isBetter, ...figures }) => (
              <tr key={clientId}>
                <th scope="row">{name}</th>
                <td data-label={words.verdictsPanel.serves} className="wide">
                  {serves}
                </td>
                {columns.map((column) => (
                  <Figure key={column} label={words.verdictsPanel[column]} figure={figures[column]} />
                ))}
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

const COLUMNS = ["alone", "personal", "shared", "served"] as const;

/** What nobody measured has none, nor an adapter that all of them serve: it is what is served. */
const columnsOf = (clients: readonly ClientVerdict[]) =>
  COLUMNS.filter((column) => clients.some((client) => client[column] !== null && client.way !== column));

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
