import { cutTo } from "./textRoom.ts";

export interface PictureBar {
  readonly name: string;
  /** Of the longest, from 0 to 1. */
  readonly share: number;
  readonly color: string;
  /** What stands at its end. */
  readonly text: string;
  /** Where a stroke stands beside it, of the longest; left out where there is none. */
  readonly mark?: number;
}

export interface BarsPictureProps {
  readonly title: string;
  readonly bars: readonly PictureBar[];
}

const [WIDTH, NAMES, TEXTS, ROW, BAR, HEAD, EDGE] = [640, 180, 150, 24, 12, 32, 12] as const;
const LENGTH = WIDTH - NAMES - TEXTS - 2 * EDGE;

/** Bars that a page shows as a list, as a drawing. */
export function BarsPicture({ title, bars }: BarsPictureProps) {
  return (
    <svg width={WIDTH} height={HEAD + ROW * bars.length + EDGE} fontSize={12} fill="var(--ink-2)" aria-hidden="true">
      <text x={EDGE} y={20} fill="var(--ink)">
        {cutTo(title, WIDTH - 2 * EDGE)}
      </text>
      {bars.map(({ name, share, color, text, mark }, index) => {
        const y = HEAD + ROW * (index + 0.5);
        const x = EDGE + NAMES;
        return (
          <g key={name}>
            <text x={EDGE} y={y} dy="0.32em">
              {cutTo(name, NAMES - 8)}
            </text>
            <rect x={x} y={y - BAR / 2} width={LENGTH} height={BAR} fill="var(--sunken)" />
            <rect x={x} y={y - BAR / 2} width={LENGTH * share} height={BAR} fill={color} />
            {mark !== undefined && (
              <line x1={x + LENGTH * mark} x2={x + LENGTH * mark} y1={y - 9} y2={y + 9} stroke="var(--ink)" strokeWidth={2} />
            )}
            <text x={x + LENGTH + 8} y={y} dy="0.32em">
              {cutTo(text, TEXTS)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
