import { useWidth } from "../../hooks/useWidth.ts";
import { formatFraction } from "../../lib/format.ts";
import { words as common } from "../../lib/words.ts";
import { ChartFigure } from "../../ui/ChartFigure.tsx";
import { shareScale } from "../../ui/shareScale.ts";
import { formatGain } from "../headlineView.ts";
import type { Rival, Verdicts, WayServed } from "./clientVerdicts.ts";
import { ShareTicks } from "./ShareTicks.tsx";
import { words } from "./words.ts";

const WIDTH_AT_FIRST = 480;
const [ROW, NAME, VALUE, HEAD, FOOT] = [32, 96, 56, 4, 40] as const;
const COLORS: Readonly<Record<WayServed | Rival, string>> = {
  alone: "var(--ink)",
  mixed: "var(--fused)",
  personal: "var(--personal)",
  shared: "var(--shared)",
  base: "var(--base)",
};

/** For each client from the rival to what it serves. Nothing where no client has told both. */
export function WhoGained({ clients, rival }: Pick<Verdicts, "clients" | "rival">) {
  const { ref, width } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  const shown = clients.flatMap(({ clientId, name, way, served, ...figures }) => {
    const from = figures[rival];
    return from && served ? [{ clientId, name, way, from: from.accuracy, to: served.accuracy }] : [];
  });
  if (shown.length === 0) return null;
  const scale = shareScale(shown.flatMap(({ from, to }) => [from, to]));
  const x = (share: number) => NAME + scale.at(share) * (width - NAME - VALUE);
  const bottom = HEAD + ROW * shown.length;
  const said = shown.map(({ name, from, to }) => words.whoGained.one(name, formatFraction(from), formatFraction(to)));
  return (
    <ChartFigure
      name={words.whoGained.chartName}
      summary={words.whoGained.summary(words.clientVerdicts.rivals[rival], said.join(common.listing.semicolon))}
    >
      <div ref={ref} style={{ height: bottom + FOOT }}>
        <svg width="100%" height={bottom + FOOT} aria-hidden="true" fontSize={12} fill="var(--ink-3)">
          <ShareTicks ticks={scale.ticks} x={x} top={HEAD} bottom={bottom} />
          {shown.map(({ clientId, name, way, from, to }, index) => {
            const y = HEAD + ROW * (index + 0.5);
            return (
              <g key={clientId}>
                <text x={0} y={y} dy="0.32em" fill="var(--ink)">
                  {name.length > 14 ? `${name.slice(0, 13)}…` : name}
                </text>
                <line x1={x(from)} x2={x(to)} y1={y} y2={y} stroke="var(--data)" strokeWidth={2} />
                <circle cx={x(from)} cy={y} r={5} fill="var(--surface)" stroke={COLORS[rival]} strokeWidth={2} />
                <circle cx={x(to)} cy={y} r={5} fill={COLORS[way]} />
                <text x={width} y={y} dy="0.32em" textAnchor="end" fill="var(--ink)" fontSize={14}>
                  {formatGain(to - from)}
                </text>
              </g>
            );
          })}
          <text x={width - VALUE} y={bottom + 34} textAnchor="end">
            {words.whoGained.axis}
          </text>
        </svg>
      </div>
    </ChartFigure>
  );
}
