/** Where figures stand on the plane of the two fusion weights. */
export const PLANE_TICKS = [0, 0.5, 1] as const;

export interface PlaneAxesProps {
  /** Of a weight, pixels. */
  readonly x: (weight: number) => number;
  readonly y: (weight: number) => number;
  /** Of the square that is drawn on, pixels. */
  readonly left: number;
  readonly top: number;
  readonly size: number;
  readonly xTitle: string;
  readonly yTitle: string;
}

/** Figures and titles of the plane of the two fusion weights, for an svg with text of 12 px. */
export function PlaneAxes({ x, y, left, top, size, xTitle, yTitle }: PlaneAxesProps) {
  return (
    <>
      {PLANE_TICKS.map((tick) => (
        <g key={tick}>
          <text x={x(tick)} y={top + size + 14} textAnchor="middle">
            {tick}
          </text>
          <text x={left - 6} y={y(tick)} dy="0.32em" textAnchor="end">
            {tick}
          </text>
        </g>
      ))}
      <text x={left + size} y={top + size + 30} textAnchor="end">
        {xTitle}
      </text>
      <text transform={`translate(12 ${top + size / 2}) rotate(-90)`} textAnchor="middle">
        {yTitle}
      </text>
    </>
  );
}
