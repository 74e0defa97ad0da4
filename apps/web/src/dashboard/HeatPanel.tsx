import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { SegmentedControl } from "@mantine/core";
import { memo, type PointerEvent, useMemo, useState } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { useStore } from "../hooks/useStore.ts";
import { useWidth } from "../hooks/useWidth.ts";
import { formatDuration, formatFraction } from "../lib/format.ts";
import { roundTick } from "../lib/roundWords.ts";
import { ChartFigure } from "../ui/ChartFigure.tsx";
import { CrosshairSlider, crosshairByPointer } from "../ui/Crosshair.tsx";
import { labelledRounds } from "../ui/chartScale.ts";
import { hoveredRound, roundWithin } from "../ui/hoveredRound.ts";
import { Panel } from "../ui/Panel.tsx";
import { Term } from "../ui/Term.tsx";
import { type Heat, heatView, MEASURES, type Measure } from "./crowdView.ts";
import { formatGain } from "./headlineView.ts";
import { words } from "./words.ts";

const FORMATS: Readonly<Record<Measure, (value: number) => string>> = {
  accuracy: formatFraction,
  gain: formatGain,
  duration: formatDuration,
};

/** Every client in every round as a shade; for more clients than lanes can be told apart. */
export const HeatPanel = memo(function HeatPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const [measure, setMeasure] = useState<Measure>("accuracy");
  const heat = useMemo(() => heatView(snapshot, measure), [snapshot, measure]);
  const format = FORMATS[measure];
  const { what } = words.heatPanel.measures[measure];
  const [best, worst] = [heat.rows[0], heat.rows.findLast(({ newest }) => newest !== null)];
  const summary =
    best?.newest == null || worst?.newest == null
      ? words.heatPanel.noneTold(what)
      : words.heatPanel.summary(what, best.name, format(best.newest), worst.name, format(worst.newest));
  return (
    <Panel
      title={words.heatPanel.everyClientEveryRound(<Term term="round" />)}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={words.heatPanel.whatTheShadeShows}
          value={measure}
          onChange={(value) => setMeasure(MEASURES.find((known) => known === value) ?? "accuracy")}
          data={MEASURES.map((value) => ({ value, label: words.heatPanel.measures[value].label }))}
        />
      }
      hint={words.heatPanel.hint(what)}
    >
      <ChartFigure name={words.heatPanel.chartName(words.heatPanel.measures[measure].label)} summary={summary}>
        <HeatMap heat={heat} totalRounds={snapshot.config.budgets.rounds} format={format} />
        <Scale heat={heat} format={format} />
      </ChartFigure>
      <p className="muted small">{words.heatPanel.caption(summary, heat.rows.length)}</p>
    </Panel>
  );
});

/** What the shades go from and to, and what else there is. */
function Scale({ heat: { low, high }, format }: Pick<HeatMapProps, "heat" | "format">) {
  return (
    <div className="key" style={{ marginTop: 8 }}>
      <span>
        {format(low)}{" "}
        <svg width={SHADES * 14} height={10} aria-hidden="true">
          {Array.from({ length: SHADES }, (_, shade) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the shade is what it is
            <rect key={shade} x={14 * shade} width={13} height={10} fill="var(--shared)" fillOpacity={(shade + 1) / SHADES} />
          ))}
        </svg>{" "}
        {format(high)}
      </span>
      <span>
        <svg width={14} height={10} aria-hidden="true">
          <path d="M7 5h0" stroke="var(--ink-2)" strokeWidth={3} strokeLinecap="round" />
        </svg>{" "}
        {words.heatPanel.missedTheRound}
      </span>
    </div>
  );
}

const SHADES = 8;
const NAMES = 84;
const TOP = 20;
/** Room at the right for half of the last label. */
const END = 14;
const WIDTH_AT_FIRST = 640;
const TICK_ROOM = 32;
/** Of the words in the rounds to come, pixels. */
const TO_COME_ROOM = 130;

interface HeatMapProps {
  readonly heat: Heat;
  readonly totalRounds: number;
  readonly format: (value: number) => string;
}

function HeatMap({ heat, totalRounds, format }: HeatMapProps) {
  const { ref, width } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  const { client: pinned, look } = usePlace();
  const hovered = useStore(hoveredRound);
  const { rounds, rows } = heat;
  const cell = {
    width: Math.max(1, (width - NAMES - END) / rounds.length),
    height: rows.length > 30 ? 9 : 14,
  };
  const height = TOP + cell.height * rows.length + 4;
  const first = rounds[0] ?? 0;
  const range = [first, rounds.at(-1) ?? first] as const;
  const round = roundWithin(hovered, range);
  const x = (at: number) => NAMES + (at - first) * cell.width;
  const place = rows.findIndex(({ clientId }) => clientId === pinned);
  const roundAt = (at: number) => Math.min(range[1], Math.max(first, first + Math.floor((at - NAMES) / cell.width)));
  const pointer = crosshairByPointer(roundAt);
  const pinAt = ({ clientY, currentTarget }: PointerEvent<Element>) => {
    const row = rows[Math.floor((clientY - currentTarget.getBoundingClientRect().top - TOP) / cell.height)];
    if (row) look({ client: row.clientId });
  };
  // A key that is held passes many by: back leads to before it.
  const move = (step: number) => {
    const to = rows[Math.min(rows.length - 1, Math.max(0, place + step))];
    look({ client: to?.clientId ?? null }, { replace: pinned !== null });
  };
  const named = new Set([0, rows.length - 1]);
  const row = rows[place];
  const value = row?.cells.find((candidate) => candidate.round === round);
  const said = row
    ? `${row.name} ${value?.value == null ? words.heatPanel.kinds[value?.kind ?? "ahead"] : format(value.value)}`
    : words.heatPanel.upAndDown;
  return (
    <div ref={ref} className="plot" style={{ height }}>
      <svg
        width="100%"
        height={height}
        aria-hidden="true"
        fontSize={12}
        {...pointer}
        onPointerDown={(event) => {
          pointer.onPointerDown(event);
          pinAt(event);
        }}
      >
        <text x={0} y={13} fill="var(--ink-3)">
          {words.heatPanel.round}
        </text>
        {labelledRounds(range, cell.width * rounds.length, TICK_ROOM).map((at) => (
          <text key={at} x={x(at) + cell.width / 2} y={13} textAnchor="middle" fill="var(--ink-3)">
            {roundTick(at, totalRounds)}
          </text>
        ))}
        <Shades heat={heat} cellWidth={cell.width} cellHeight={cell.height} />
        <ToCome heat={heat} x={x} right={x(first + rounds.length)} height={cell.height * rows.length} />
        {rows.map(({ clientId, name }, index) => {
          // A pinned name takes the place of one that it would touch.
          const isNear = place >= 0 && index !== place && Math.abs(index - place) * cell.height < 14;
          if (!(named.has(index) || index === place) || isNear) return null;
          return (
            <text
              key={clientId}
              x={0}
              y={TOP + (index + 0.5) * cell.height}
              dy="0.32em"
              fill={index === place ? "var(--ink)" : "var(--ink-3)"}
            >
              {name.length > 12 ? `${name.slice(0, 11)}…` : name}
            </text>
          );
        })}
        {place >= 0 && (
          <rect
            x={NAMES - 1}
            y={TOP + place * cell.height - 1}
            width={cell.width * rounds.length + 1}
            height={cell.height + 1}
            fill="none"
            stroke="var(--ink)"
            strokeWidth={1.5}
          />
        )}
        {round !== null && (
          <line
            x1={x(round) + cell.width / 2}
            x2={x(round) + cell.width / 2}
            y1={TOP - 4}
            y2={TOP + cell.height * rows.length}
            stroke="var(--ink-3)"
          />
        )}
      </svg>
      <CrosshairSlider range={range} totalRounds={totalRounds} said={said} onRow={move} />
    </div>
  );
}

interface ToComeProps {
  readonly heat: Heat;
  readonly x: (round: number) => number;
  readonly right: number;
  readonly height: number;
}

/** Rounds that nobody has begun, as one. */
function ToCome({ heat: { rows, rounds }, x, right, height }: ToComeProps) {
  const next = rounds.findIndex((round) =>
    rows.every(({ cells }) => cells.find((cell) => cell.round === round)?.kind === "ahead"),
  );
  const from = rounds[next];
  if (from === undefined || right - x(from) < 8) return null;
  return (
    <>
      <rect x={x(from)} y={TOP + 0.5} width={right - x(from)} height={height - 1} fill="var(--sunken)" />
      {right - x(from) > TO_COME_ROOM && (
        <text x={(x(from) + right) / 2} y={TOP + height / 2} textAnchor="middle" fill="var(--ink-3)">
          {words.heatPanel.toCome(rounds.length - next)}
        </text>
      )}
    </>
  );
}

interface ShadesProps {
  readonly heat: Heat;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** One path for each shade: thousands of elements would be too much for a page that trains as well. */
const Shades = memo(function Shades({ heat: { rows, rounds, low, high }, cellWidth, cellHeight }: ShadesProps) {
  useLanguage();
  const gap = cellWidth > 6 ? 1 : 0;
  const paths = Array.from({ length: SHADES }, () => "");
  let counted = "";
  let missed = "";
  for (const [index, { cells }] of rows.entries()) {
    for (const { round, kind, value } of cells) {
      const [left, top] = [NAMES + (round - (rounds[0] ?? 0)) * cellWidth, TOP + index * cellHeight];
      const box = `M${left.toFixed(1)} ${top}h${(cellWidth - gap).toFixed(1)}v${cellHeight - gap}H${left.toFixed(1)}z`;
      if (value !== null) {
        const shade = high > low ? Math.min(SHADES - 1, Math.floor((SHADES * (value - low)) / (high - low))) : SHADES - 1;
        paths[shade] += box;
      } else if (kind === "counted") counted += box;
      else if (kind === "missed") missed += `M${(left + cellWidth / 2).toFixed(1)} ${top + cellHeight / 2}h0`;
    }
  }
  return (
    <>
      {paths.map((path, shade) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the shade is what it is
        <path key={shade} d={path} fill="var(--shared)" fillOpacity={(shade + 1) / SHADES} />
      ))}
      <path d={counted} fill="var(--sunken)" />
      <path d={missed} stroke="var(--ink-2)" strokeWidth={3} strokeLinecap="round" />
    </>
  );
});
