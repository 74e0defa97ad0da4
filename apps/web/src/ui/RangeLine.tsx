export interface RangePoint {
  /** From 0 to 1. */
  readonly share: number;
  readonly color: string;
}

/** A line from 0 to 1 with points on it, the way between the outermost drawn. For the eye alone: the figures stand beside it. */
export function RangeLine({ points }: { readonly points: readonly RangePoint[] }) {
  if (points.length === 0) return null;
  const shares = points.map(({ share }) => share);
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  return (
    <div className="rangeLine" aria-hidden="true">
      <span style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }} />
      {points.map(({ share, color }) => (
        <i key={color} style={{ left: `${100 * share}%`, background: color }} />
      ))}
    </div>
  );
}
