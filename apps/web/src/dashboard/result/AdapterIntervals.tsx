import type { AdapterKey } from "@duet/lora-core/protocol/metrics";
import { useWidth } from "../../hooks/useWidth.ts";
import { ANSWERERS, type Answerer } from "../../lib/adapters.ts";
import { accuracyInterval } from "../../lib/certainty.ts";
import { formatFraction } from "../../lib/format.ts";
import { words as common } from "../../lib/words.ts";
import { ChartFigure } from "../../ui/ChartFigure.tsx";
import { shareScale } from "../../ui/shareScale.ts";
import { ShareTicks } from "./ShareTicks.tsx";
import { words } from "./words.ts";

export interface AdapterIntervalsProps {
  readonly values: Readonly<Record<Answerer, number | null>>;
  /** That they were measured on. */
  readonly rows: number;
  /** Whose interval is drawn through all of them. */
  readonly best: AdapterKey | null;
}

const WIDTH_AT_FIRST = 288;
const [ROW, NAME, VALUE, HEAD, FOOT] = [34, 72, 44, 8, 40] as const;

/** Where the true accuracy of each adapter lies with 95 % certainty, given the rows that it was measured on. */
export function AdapterIntervals({ values, rows, best }: AdapterIntervalsProps) {
  const { ref, width } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  const shown = ANSWERERS.flatMap(({ key, label, color, hint }) => {
    const value = values[key];
    return value === null ? [] : [{ key, label, color, hint, value, ...accuracyInterval(value, rows) }];
  });
  const scale = shareScale(shown.flatMap(({ low, high }) => [low, high]));
  // While the page is laid out anew it may be narrower than what stands beside the intervals.
  const x = (share: number) => NAME + scale.at(share) * Math.max(0, width - NAME - VALUE);
  const [height, bottom] = [HEAD + ROW * shown.length + FOOT, HEAD + ROW * shown.length];
  const leader = shown.find(({ key }) => key === best);
  const said = shown.map(({ label, value, low, high }) =>
    words.adapterIntervals.one(label, formatFraction(value), formatFraction(low), formatFraction(high)),
  );
  return (
    <ChartFigure
      name={words.adapterIntervals.chartName}
      summary={words.adapterIntervals.summary(said.join(common.listing.semicolon))}
    >
      <div ref={ref} style={{ height }}>
        <svg width="100%" height={height} aria-hidden="true" fontSize={12} fill="var(--ink-3)">
          {leader && (
            <rect
              x={x(leader.low)}
              y={HEAD}
              width={x(leader.high) - x(leader.low)}
              height={ROW * shown.length}
              fill={`var(--${leader.key}-0)`}
            />
          )}
          <ShareTicks ticks={scale.ticks} x={x} top={HEAD} bottom={bottom} />
          {shown.map(({ key, label, color, hint, value, low, high }, index) => {
            const y = HEAD + ROW * (index + 0.5);
            return (
              <g key={key}>
                <title>{hint}</title>
                <text x={0} y={y} dy="0.32em" fill="var(--ink)" fontWeight={key === best ? 600 : 400} fontSize={14}>
                  {label}
                </text>
                <line x1={x(low)} x2={x(high)} y1={y} y2={y} stroke={color} strokeWidth={3} strokeLinecap="round" />
                <circle cx={x(value)} cy={y} r={6} fill={color} stroke="var(--surface)" strokeWidth={2} />
                <text x={width} y={y} dy="0.32em" textAnchor="end" fill="var(--ink)" fontSize={14}>
                  {formatFraction(value)}
                </text>
              </g>
            );
          })}
          <text x={width - VALUE} y={bottom + 34} textAnchor="end">
            {words.adapterIntervals.axis}
          </text>
        </svg>
      </div>
    </ChartFigure>
  );
}
