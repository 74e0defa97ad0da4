import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo, useMemo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { useWidth } from "../hooks/useWidth.ts";
import { ChartFigure } from "../ui/ChartFigure.tsx";
import { Panel } from "../ui/Panel.tsx";
import { crowdRows, GAIN_STEP, gainCounts, gainDots } from "./crowdView.ts";
import { formatGain } from "./headlineView.ts";
import { words } from "./words.ts";

const [HEIGHT, FOOT, SIDE] = [240, 40, 28] as const;
const [WIDTH_AT_FIRST, WIDEST] = [400, 480] as const;
const RADIUS = 4.5;

/** Who is better off than alone: a dot for each client. */
export const GainPanel = memo(function GainPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const { client: pinned, look } = usePlace();
  const { ref, width: room } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  const width = Math.min(room, WIDEST);
  const dots = useMemo(() => gainDots(crowdRows(snapshot)), [snapshot]);
  if (dots.length === 0) return null;
  const { better, worse, open } = gainCounts(dots);
  const reach = Math.max(0.1, ...dots.map(({ gain }) => Math.abs(gain))) + GAIN_STEP;
  const tallest = Math.max(...dots.map(({ level }) => level)) + 1;
  const rise = Math.min(2 * RADIUS + 2, (HEIGHT - FOOT - 24) / tallest);
  const x = (gain: number) => width / 2 + (gain / reach) * (width / 2 - SIDE);
  const tick = reach > 0.3 ? 0.2 : reach > 0.15 ? 0.1 : 0.05;
  const ticks = [-2, -1, 0, 1, 2].map((step) => step * tick).filter((gain) => Math.abs(gain) <= reach);
  const summary = words.gainPanel.summary(better, worse, open);
  return (
    <Panel title={words.gainPanel.whoIsBetterOff} aside={words.gainPanel.aside} hint={words.gainPanel.hint}>
      <ChartFigure name={words.gainPanel.chartName} summary={summary}>
        <div ref={ref}>
          <svg width={width} height={HEIGHT} aria-hidden="true" fontSize={12} fill="var(--ink-3)" display="block">
            {ticks.map((gain) => (
              <g key={gain}>
                <line x1={x(gain)} x2={x(gain)} y1={20} y2={HEIGHT - FOOT} stroke={gain === 0 ? "var(--ink)" : "var(--line)"} />
                <text x={x(gain)} y={HEIGHT - FOOT + 16} textAnchor="middle">
                  {gain === 0 ? "0" : formatGain(gain)}
                </text>
              </g>
            ))}
            <text x={x(0) - 8} y={12} textAnchor="end">
              {words.gainPanel.worse(worse)}
            </text>
            <text x={x(0) + 8} y={12} fill="var(--ink)">
              {words.gainPanel.better(better)}
            </text>
            <text x={width - 4} y={HEIGHT - 6} textAnchor="end">
              {words.gainPanel.axis}
            </text>
            {dots.map(({ clientId, gain, level, isSure }) => (
              <circle
                key={clientId}
                cx={x(gain)}
                cy={HEIGHT - FOOT - RADIUS - 1 - level * rise}
                r={RADIUS}
                fill={isSure === false ? "var(--surface)" : "var(--data)"}
                stroke={clientId === pinned ? "var(--ink)" : "var(--data)"}
                strokeWidth={clientId === pinned ? 3 : 1.5}
                onPointerDown={() => look({ client: clientId })}
              />
            ))}
          </svg>
        </div>
      </ChartFigure>
      <p className="muted small">{summary}</p>
    </Panel>
  );
});
