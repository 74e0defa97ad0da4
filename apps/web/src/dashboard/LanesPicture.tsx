import type { Stage } from "@duet/lora-core/schedule/roundNumbers";
import { cutTo } from "../ui/textRoom.ts";
import { footRounds, type LaneCell, type Timeline } from "./timelineView.ts";
import { words } from "./words.ts";

export interface LanesPictureProps {
  readonly timeline: Timeline;
  readonly colors: Readonly<Record<Stage, string>>;
}

const [EDGE, NAMES, LEAST_WIDTH, LEAST_ROUND, HEAD, ROW, CELL, FOOT] = [12, 110, 720, 26, 36, 24, 16, 24] as const;

/** The lanes of a page, which are a table there, as a drawing. */
export function LanesPicture({ timeline: { columns, lanes }, colors }: LanesPictureProps) {
  const round = Math.max(LEAST_ROUND, (LEAST_WIDTH - NAMES - 2 * EDGE) / Math.max(1, columns.length));
  const width = 2 * EDGE + NAMES + round * columns.length;
  const shown = footRounds(columns, round);
  const x = (index: number) => EDGE + NAMES + round * index;
  const bottom = HEAD + ROW * lanes.length;
  const feet = [
    { name: words.roundsPanel.took, of: columns.map(({ took }) => took) },
    { name: words.roundsPanel.averagingError, of: columns.map(({ error }) => error) },
  ].filter(({ of }) => of.some((text) => text !== null));
  const stages = Object.entries(colors) as [Stage, string][];
  const key = bottom + FOOT * (feet.length + 1);
  return (
    <svg width={width} height={key + EDGE} fontSize={12} fill="var(--ink-2)" aria-hidden="true">
      <text x={EDGE} y={22}>
        {words.roundsPanel.rounds}
      </text>
      {columns.map(({ round: number, label }, index) => (
        <text key={number} x={x(index + 0.5)} y={22} textAnchor="middle">
          {label}
        </text>
      ))}
      {lanes.map(({ clientId, name, cells }, lane) => (
        <g key={clientId} transform={`translate(0 ${HEAD + ROW * lane})`}>
          <text x={EDGE} y={ROW / 2} dy="0.32em" fill="var(--ink)">
            {cutTo(name, NAMES - 8)}
          </text>
          {cells.map((cell, index) => (
            <Cell key={cell.round} cell={cell} x={x(index)} width={round - 2} color={colors[cell.stage]} />
          ))}
        </g>
      ))}
      {feet.map(({ name, of }, foot) => (
        <g key={name} transform={`translate(0 ${bottom + FOOT * foot})`}>
          <text x={EDGE} y={FOOT / 2} dy="0.32em">
            {name}
          </text>
          {columns.map(({ round: number }, index) => (
            <text key={number} x={x(index + 0.5)} y={FOOT / 2} dy="0.32em" textAnchor="middle">
              {shown.has(number) ? of[index] : null}
            </text>
          ))}
        </g>
      ))}
      {stages.map(([stage, color], index) => (
        <g key={stage} transform={`translate(${EDGE + KEY_ROOM * index} ${key - FOOT / 2})`}>
          <rect y={-5} width={10} height={10} fill={color} />
          <text x={16} dy="0.32em">
            {words.roundsPanel.stages[stage]}
          </text>
        </g>
      ))}
    </svg>
  );
}

/** For the name of a stage, pixels. */
const KEY_ROOM = 150;

/** As a lane has it: what was done, what is to come, and a cross where the round ended without the client. */
const MARKS: Partial<Readonly<Record<LaneCell["kind"], string>>> = { missed: "×", asked: "…", answered: "✓" };

interface CellProps {
  readonly cell: LaneCell;
  readonly x: number;
  readonly width: number;
  readonly color: string;
}

function Cell({ cell: { kind, fraction }, x, width, color }: CellProps) {
  if (kind === "absent") return null;
  const box = { x, y: (ROW - CELL) / 2, height: CELL };
  const mark = MARKS[kind];
  return (
    <>
      {kind === "ahead" ? (
        <rect {...box} width={width} fill="none" stroke="var(--line)" />
      ) : (
        <rect {...box} width={width} fill="var(--sunken)" />
      )}
      <rect {...box} width={width * fraction} fill={color} />
      {mark !== undefined && (
        <text x={x + width / 2} y={ROW / 2} dy="0.32em" textAnchor="middle" fill="var(--ink)">
          {mark}
        </text>
      )}
    </>
  );
}
