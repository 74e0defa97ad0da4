import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { isChosen } from "../lib/adapters.ts";
import { isCrowd } from "../lib/crowd.ts";
import { formatCount, formatDuration } from "../lib/format.ts";
import { formatNumber } from "../lib/numbers.ts";
import { words as common } from "../lib/words.ts";
import { ChartFigure } from "../ui/ChartFigure.tsx";
import { Panel } from "../ui/Panel.tsx";
import { quantile } from "./crowdView.ts";
import { EveryClient } from "./EveryClient.tsx";
import { FusionBars } from "./FusionBars.tsx";
import { FusionPlane } from "./FusionPlane.tsx";
import { type FusionRow, fusionRows, searchCost } from "./metricsView.ts";
import { words } from "./words.ts";

/** The weights every client found for its two adapters. */
export const FusionPanel = memo(function FusionPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const rows = fusionRows(snapshot);
  const cost = searchCost(rows);
  const isMany = isCrowd(snapshot);
  if (!rows.some(isChosen)) return null;
  return (
    <Panel title={words.fusionPanel.howTheTwoWereMixed} {...(cost ? { hint: words.fusionPanel.hint } : {})}>
      <p className="small" style={{ margin: "0 0 10px" }}>
        {words.fusionPanel.formula}
      </p>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 20, alignItems: "flex-start" }}>
        <ChartFigure
          name={words.fusionPanel.chartName}
          summary={words.fusionPanel.summary(isMany ? middleText(rows) : weightsText(rows))}
        >
          <FusionPlane rows={rows} isMany={isMany} />
        </ChartFigure>
        <div style={{ flex: "1 1 180px" }}>
          {isMany && <p style={{ margin: "0 0 10px" }}>{middleText(rows)}</p>}
          <EveryClient clients={rows.length} isMany={isMany}>
            <table className="plain" style={{ width: "auto" }}>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.clientId}>
                    <th scope="row">{row.name}</th>
                    <td>
                      <FusionBars personal={row.personal} shared={row.shared} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </EveryClient>
        </div>
      </div>
      {cost && (
        <p className="small" style={{ margin: "10px 0 0" }}>
          {words.fusionPanel.cost(cost.evaluations, formatCount(cost.forwardTokens), formatDuration(cost.seconds))}
        </p>
      )}
    </Panel>
  );
});

const weightsText = (rows: readonly FusionRow[]): string =>
  rows
    .map(({ name, personal, shared }) => words.fusionPanel.clientAt(name, formatNumber(personal, 2), formatNumber(shared, 2)))
    .join(common.listing.semicolon);

/** Where half of many clients are. */
function middleText(rows: readonly FusionRow[]): string {
  const half = (weightOf: (row: FusionRow) => number) => {
    const sorted = rows.map(weightOf).sort((a, b) => a - b);
    return { low: formatNumber(quantile(sorted, 0.25), 2), high: formatNumber(quantile(sorted, 0.75), 2) };
  };
  return words.fusionPanel.middle(
    half(({ personal }) => personal),
    half(({ shared }) => shared),
  );
}
