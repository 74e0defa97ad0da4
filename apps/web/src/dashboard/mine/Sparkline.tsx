import type { LossPoint } from "@duet/client/sessionState";
import { memo } from "react";
import { useLanguage } from "../../hooks/useLanguage.ts";
import { useWidth } from "../../hooks/useWidth.ts";
import { formatLoss } from "../../lib/format.ts";
import { roundTick } from "../../lib/roundWords.ts";
import { ChartFigure } from "../../ui/ChartFigure.tsx";
import { roundTicks } from "../../ui/chartScale.ts";
import { smoothed } from "../../ui/smoothed.ts";
import { words as panels } from "../words.ts";
import { words } from "./words.ts";

export interface SparklineProps {
  readonly losses: readonly LossPoint[];
  readonly totalRounds: number;
}

const [WIDTH_AT_FIRST, HEIGHT, LEFT, RIGHT, HEAD, FOOT] = [288, 120, 36, 8, 20, 34] as const;
/** Of a round's name below the line, pixels. */
const TICK_ROOM = 36;

/** This tab's training loss, step by step, and smoothed; nothing until there are two points. */
export const Sparkline = memo(function Sparkline({ losses, totalRounds }: SparklineProps) {
  useLanguage();
  const { ref, width } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  const last = losses.at(-1);
  if (losses.length < 2 || !last) return null;
  const raw = losses.map(({ loss }) => loss);
  const [ceiling, bottom] = [roundTicks(Math.max(...raw)).at(-1) ?? 1, HEIGHT - FOOT];
  const x = (at: number) => LEFT + (at / (losses.length - 1)) * (width - LEFT - RIGHT);
  const y = (loss: number) => bottom - (loss / ceiling) * (bottom - HEAD);
  const line = (values: readonly number[]) => values.map((loss, at) => `${x(at).toFixed(1)} ${y(loss).toFixed(1)}`).join(" ");
  const look = { fill: "none", stroke: "var(--ink)" } as const;
  return (
    <ChartFigure
      name={words.sparkline.chartName}
      summary={words.sparkline.summary(formatLoss(losses[0]?.loss ?? null), formatLoss(last.loss))}
    >
      <div ref={ref} style={{ height: HEIGHT }}>
        <svg width="100%" height={HEIGHT} aria-hidden="true" fontSize={12} fill="var(--ink-3)" display="block">
          <text x={LEFT} y={12}>
            {panels.lossPanel.yTitle}
          </text>
          {[0, ceiling].map((tick) => (
            <g key={tick}>
              <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
              <text x={LEFT - 6} y={y(tick)} dy="0.32em" textAnchor="end">
                {tick}
              </text>
            </g>
          ))}
          {roundStarts(losses, x).map(({ round, at }) => (
            <text key={at} x={x(at)} y={bottom + 15}>
              {roundTick(round, totalRounds)}
            </text>
          ))}
          <text x={width - RIGHT} y={HEIGHT - 4} textAnchor="end">
            {words.sparkline.axis}
          </text>
          <polyline points={line(raw)} {...look} strokeWidth={1} strokeOpacity={0.3} />
          <polyline points={line(smoothed(raw, "step"))} {...look} strokeWidth={1.5} />
        </svg>
      </div>
      <p className="muted small">{words.sparkline.caption(formatLoss(last.loss))}</p>
    </ChartFigure>
  );
});

/** Where rounds begin, those that there is room to name. */
function roundStarts(losses: readonly LossPoint[], x: (at: number) => number): readonly { round: number; at: number }[] {
  const named: { round: number; at: number }[] = [];
  for (const [at, { round }] of losses.entries()) {
    const isNew = round !== losses[at - 1]?.round;
    const before = named.at(-1);
    if (isNew && (!before || x(at) - x(before.at) >= TICK_ROOM)) named.push({ round, at });
  }
  return named;
}
