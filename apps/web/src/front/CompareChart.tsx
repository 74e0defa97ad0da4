import { useWidth } from "../hooks/useWidth.ts";
import { ADAPTERS } from "../lib/adapters.ts";
import { formatFraction } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import type { PastFederation } from "../services/pastFederation.ts";
import { ChartFigure } from "../ui/ChartFigure.tsx";
import { HALO } from "../ui/halo.ts";
import { words } from "./past/words.ts";

const [WIDTH_AT_FIRST, SIDE, ROW, TOP, FOOT] = [640, 12, 60, 8, 44] as const;
/** Between the dots of equal figures. */
const APART = 5;

/** A line for each run, with a dot for every adapter and a stroke where learning alone ended. */
export function CompareChart({ runs }: { readonly runs: readonly PastFederation[] }) {
  const { ref, width } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  const height = TOP + ROW * runs.length + FOOT;
  const x = (value: number) => SIDE + value * (width - 2 * SIDE);
  return (
    <ChartFigure
      name={words.compareChart.chartName}
      summary={words.compareChart.summary(common.listing.sentences(runs.map(summaryOf)))}
    >
      <div ref={ref}>
        <svg width="100%" height={height} aria-hidden="true" fontSize={12} fill="var(--ink-2)">
          {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
            <g key={tick}>
              <line x1={x(tick)} x2={x(tick)} y1={TOP} y2={height - FOOT} stroke="var(--line)" />
              <text x={x(tick)} y={height - FOOT + 16} textAnchor="middle">
                {tick}
              </text>
            </g>
          ))}
          <text x={x(1)} y={height - 8} textAnchor="end">
            {words.compareChart.shareOfTestRows}
          </text>
          {runs.map((run, index) => (
            <g key={run.federationId} transform={`translate(0 ${TOP + ROW * index})`}>
              <text x={x(0) + 6} y={12} {...HALO} fill="var(--ink)" fontWeight={600}>
                {run.config.name}
              </text>
              <Run run={run} x={x} y={36} />
            </g>
          ))}
        </svg>
      </div>
      <p className="legend small">
        {ADAPTERS.map(({ key, label, color }) => (
          <span key={key}>
            <span className="dot" style={{ background: color }} aria-hidden="true" /> {label}
          </span>
        ))}
        {runs.some(({ alone }) => alone !== null) && <span>{words.compareChart.learningAlone}</span>}
      </p>
    </ChartFigure>
  );
}

interface RunProps {
  readonly run: PastFederation;
  readonly x: (value: number) => number;
  readonly y: number;
}

function Run({ run: { alone, accuracy }, x, y }: RunProps) {
  return (
    <>
      <line x1={x(0)} x2={x(1)} y1={y} y2={y} stroke="var(--line)" />
      {alone !== null && <line x1={x(alone)} x2={x(alone)} y1={y - 12} y2={y + 12} stroke="var(--ink)" strokeWidth={2} />}
      {ADAPTERS.map(({ key, color }, place) => {
        const value = accuracy[key];
        if (value === null) return null;
        const down = APART * (place - (ADAPTERS.length - 1) / 2);
        return <circle key={key} cx={x(value)} cy={y + down} r={5} fill={color} stroke="var(--surface)" strokeWidth={1.5} />;
      })}
    </>
  );
}

/** "Ward notes: base 0.36, personal 0.75, shared 0.80, fused 0.85, alone 0.72." */
function summaryOf({ config, accuracy, alone }: PastFederation): string {
  const figures = ADAPTERS.map(({ key, label }) => `${label} ${formatFraction(accuracy[key])}`);
  return words.compareChart.runFigures(
    config.name,
    [...figures, words.compareChart.alone(formatFraction(alone))].join(common.listing.comma),
  );
}
