import { usePlace } from "../hooks/usePlace.ts";
import { words as common } from "../lib/words.ts";
import { HALO } from "../ui/halo.ts";
import { labelHeights } from "../ui/labelHeights.ts";
import { PLANE_TICKS, PlaneAxes } from "../ui/PlaneAxes.tsx";
import { cutTo } from "../ui/textRoom.ts";
import type { FusionRow } from "./metricsView.ts";
import { words } from "./words.ts";

const [SIZE, LEFT, TOP, FOOT, END] = [240, 40, 8, 36, 12] as const;
/** Of a name beside its dot, pixels. */
const [NAME_AFTER, NAME_ROOM, NAME_GAP] = [9, 84, 13] as const;

const ANCHORS = [
  { personal: 1, shared: 0, name: () => common.adapterNames.personal },
  { personal: 0, shared: 1, name: () => common.adapterNames.shared },
  { personal: 0.5, shared: 0.5, name: () => words.fusionPanel.halfEach },
] as const;

export interface FusionPlaneProps {
  readonly rows: readonly FusionRow[];
  /** Then only who is pinned has a name. */
  readonly isMany: boolean;
}

/** The plane of (w1, w2) with each client's point; rings where one adapter stands alone, and where both are halves. */
export function FusionPlane({ rows, isMany }: FusionPlaneProps) {
  const { client: pinned, look } = usePlace();
  const weights = [...PLANE_TICKS, ...rows.flatMap(({ personal, shared }) => [personal, shared])];
  const [least, most] = [Math.min(...weights), Math.max(...weights)];
  const [low, high] = [least - 0.08 * (most - least), most + 0.08 * (most - least)];
  const x = (weight: number) => LEFT + ((weight - low) / (high - low)) * SIZE;
  const y = (weight: number) => TOP + SIZE - ((weight - low) / (high - low)) * SIZE;
  const named = rows.filter(({ clientId }) => !isMany || clientId === pinned);
  // At the right half of the plane a name stands before its dot.
  const isBefore = ({ personal }: FusionRow) => x(personal) > LEFT + SIZE - NAME_ROOM;
  const heights = labelHeights(
    named.map((row) => ({ x: x(row.personal) + (isBefore(row) ? -NAME_ROOM : NAME_AFTER), y: y(row.shared) })),
    { width: NAME_ROOM, gap: NAME_GAP, bottom: TOP + SIZE - NAME_GAP / 2 },
  );
  const [width, height] = [LEFT + SIZE + END, TOP + SIZE + FOOT];
  return (
    <svg width={width} height={height} aria-hidden="true" fontSize={12} fill="var(--ink-3)">
      {PLANE_TICKS.map((tick) => (
        <g key={tick}>
          <line x1={x(low)} x2={x(high)} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
          <line x1={x(tick)} x2={x(tick)} y1={y(low)} y2={y(high)} stroke="var(--line)" />
        </g>
      ))}
      <PlaneAxes
        {...{ x, y }}
        left={LEFT}
        top={TOP}
        size={SIZE}
        xTitle={words.fusionPanel.xAxis}
        yTitle={words.fusionPanel.yAxis}
      />
      {ANCHORS.map(({ personal, shared, name }) => (
        <g key={`${personal} ${shared}`}>
          <circle cx={x(personal)} cy={y(shared)} r={3} fill="none" stroke="var(--ink-3)" />
          {personal === shared ? (
            // At the left: at the right and below stand the names of who is there.
            <text x={x(personal) - NAME_AFTER} y={y(shared)} dy="0.32em" textAnchor="end" {...HALO}>
              {name()}
            </text>
          ) : (
            <text x={x(personal)} y={y(shared) + 16} textAnchor={personal === 1 ? "end" : "middle"} {...HALO}>
              {name()}
            </text>
          )}
        </g>
      ))}
      {rows.map(({ clientId, personal, shared }) => (
        <circle
          key={clientId}
          cx={x(personal)}
          cy={y(shared)}
          r={5}
          fill="var(--fused)"
          fillOpacity={0.85}
          stroke={clientId === pinned ? "var(--ink)" : "none"}
          strokeWidth={2}
          onPointerDown={() => look({ client: clientId })}
        />
      ))}
      {named.map((row, index) => (
        <text
          key={row.clientId}
          x={x(row.personal) + (isBefore(row) ? -NAME_AFTER : NAME_AFTER)}
          y={heights[index]}
          dy="0.32em"
          textAnchor={isBefore(row) ? "end" : "start"}
          fill="var(--ink)"
          {...HALO}
        >
          {cutTo(row.name, NAME_ROOM - NAME_AFTER)}
        </text>
      ))}
    </svg>
  );
}
