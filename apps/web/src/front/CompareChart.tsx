import { ADAPTERS } from "../lib/adapters.ts";
import { formatFraction } from "../lib/format.ts";
import type { PastFederation } from "../services/pastFederation.ts";
import { ChartFigure } from "../ui/ChartFigure.tsx";

const [WIDTH, LEFT, RIGHT, ROW, TOP, FOOT] = [640, 16, 24, 56, 8, 40] as const;

/** A line for each run, with a dot for every adapter and a stroke where learning alone ended. */
export function CompareChart({ runs }: { readonly runs: readonly PastFederation[] }) {
  const height = TOP + ROW * runs.length + FOOT;
  const x = (value: number) => LEFT + value * (WIDTH - LEFT - RIGHT);
  const y = (index: number) => TOP + ROW * index + 34;
  return (
    <ChartFigure name="comparison" summary={`Accuracy on your own test rows: ${runs.map(summaryOf).join(" ")}`}>
      <svg width="100%" viewBox={`0 0 ${WIDTH} ${height}`} aria-hidden="true" fontSize={12} fill="var(--ink-2)">
        {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
          <g key={tick}>
            <line x1={x(tick)} x2={x(tick)} y1={TOP} y2={height - FOOT + 4} stroke="var(--line)" />
            <text x={x(tick)} y={height - FOOT + 20} textAnchor="middle">
              {tick}
            </text>
          </g>
        ))}
        <text x={x(1)} y={height - 4} textAnchor="end">
          share of your test rows right
        </text>
        {runs.map((run, index) => (
          <g key={run.federationId}>
            <text x={LEFT} y={y(index) - 16} fill="var(--ink)" fontWeight={600}>
              {run.config.name}
            </text>
            <line x1={x(0)} x2={x(1)} y1={y(index)} y2={y(index)} stroke="var(--line)" />
            {run.alone !== null && (
              <line x1={x(run.alone)} x2={x(run.alone)} y1={y(index) - 9} y2={y(index) + 9} stroke="var(--ink)" strokeWidth={2} />
            )}
            {ADAPTERS.map(({ key, color }) => {
              const value = run.accuracy[key];
              return value === null ? null : (
                <circle key={key} cx={x(value)} cy={y(index)} r={6} fill={color} stroke="var(--surface)" strokeWidth={1.5} />
              );
            })}
          </g>
        ))}
      </svg>
      <p className="legend small">
        {ADAPTERS.map(({ key, label, color }) => (
          <span key={key}>
            <span className="dot" style={{ background: color }} aria-hidden="true" /> {label}
          </span>
        ))}
        <span>| learning alone</span>
      </p>
    </ChartFigure>
  );
}

/** "Ward notes: base 0.36, personal 0.75, shared 0.80, fused 0.85, alone 0.72." */
function summaryOf({ config, accuracy, alone }: PastFederation): string {
  const figures = ADAPTERS.map(({ key, label }) => `${label} ${formatFraction(accuracy[key])}`);
  return `${config.name}: ${[...figures, `alone ${formatFraction(alone)}`].join(", ")}.`;
}
