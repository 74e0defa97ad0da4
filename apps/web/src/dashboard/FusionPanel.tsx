import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { formatCount, formatDuration, formatNumber } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { ChartFigure } from "../ui/ChartFigure.tsx";
import { Panel } from "../ui/Panel.tsx";
import { FusionBars } from "./FusionBars.tsx";
import { type FusionRow, fusionRows, searchCost } from "./metricsView.ts";
import { words } from "./words.ts";

/** The weights every client found for its two adapters. */
export const FusionPanel = memo(function FusionPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const rows = fusionRows(snapshot);
  const cost = searchCost(rows);
  if (rows.length === 0) return null;
  return (
    <Panel title={words.fusionPanel.howTheTwoWereMixed} hint={words.fusionPanel.hint}>
      <p className="small" style={{ margin: "0 0 10px" }}>
        {words.fusionPanel.formula}
      </p>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 20, alignItems: "flex-start" }}>
        <ChartFigure name={words.fusionPanel.chartName} summary={words.fusionPanel.summary(weightsText(rows))}>
          <Plane rows={rows} />
        </ChartFigure>
        <table className="plain" style={{ width: "auto", flex: "1 1 180px" }}>
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

const SIZE = 240;

/** The plane of (w1, w2) with each client's point; the anchors (1, 0), (0, 1) and (½, ½) as small rings. */
function Plane({ rows }: { readonly rows: readonly FusionRow[] }) {
  const bound = Math.max(1.1, ...rows.flatMap(({ personal, shared }) => [Math.abs(personal), Math.abs(shared)])) * 1.1;
  const low = Math.min(-0.1, ...rows.flatMap(({ personal, shared }) => [personal, shared])) * 1.2;
  const x = (weight: number) => 8 + ((weight - low) / (bound - low)) * (SIZE - 16);
  const y = (weight: number) => SIZE - x(weight);
  return (
    <svg width={SIZE + 24} height={SIZE + 20} viewBox={`-22 -4 ${SIZE + 24} ${SIZE + 20}`} aria-hidden="true">
      <line x1={x(low)} x2={x(bound)} y1={y(0)} y2={y(0)} stroke="var(--line)" />
      <line y1={y(low)} y2={y(bound)} x1={x(0)} x2={x(0)} stroke="var(--line)" />
      {[
        [1, 0],
        [0, 1],
        [0.5, 0.5],
      ].map(([w1 = 0, w2 = 0]) => (
        <circle key={`${w1} ${w2}`} cx={x(w1)} cy={y(w2)} r={3} fill="none" stroke="var(--ink-3)" />
      ))}
      {rows.map(({ clientId, name, personal, shared }) => (
        <circle key={clientId} cx={x(personal)} cy={y(shared)} r={5} fill="var(--fused)" fillOpacity={0.85}>
          <title>{name}</title>
        </circle>
      ))}
      <text x={SIZE - 8} y={SIZE + 12} textAnchor="end" fontSize={12} fill="var(--ink-3)">
        {words.fusionPanel.xAxis}
      </text>
      <text x={-8} y={6} fontSize={12} fill="var(--ink-3)" textAnchor="end" transform="rotate(-90 -8 6)">
        {words.fusionPanel.yAxis}
      </text>
    </svg>
  );
}
