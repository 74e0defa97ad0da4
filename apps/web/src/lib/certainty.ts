/** How sure an accuracy on few rows is. Pure. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** z of 95 %. */
const Z = 1.959964;

/** Where the true accuracy lies with 95 % certainty, given the share of `rows` that was right (Wilson 1927). */
export function accuracyInterval(accuracy: number, rows: number): Interval {
  const spread = Z ** 2 / rows;
  const middle = (accuracy + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((accuracy * (1 - accuracy)) / rows + spread / (4 * rows));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Half of that interval at its widest, before anything was measured. */
export function accuracySpread(rows: number): number {
  const { low, high } = accuracyInterval(0.5, rows);
  return (high - low) / 2;
}

/**
 * Half of the 95 % interval around the difference of two accuracies on `rows` rows each, as if those were different rows. On the same rows, which
 * two models mostly get right and wrong together, it is less: this is the most that can be said where only the shares are known. One right and one
 * wrong are added to each (Agresti and Caffo 2000), without which few rows that are all right would be told as certain.
 */
export function differenceSpread(one: number, other: number, rows: number): number {
  const variance = (share: number) => {
    const added = (share * rows + 1) / (rows + 2);
    return (added * (1 - added)) / (rows + 2);
  };
  return Z * Math.sqrt(variance(one) + variance(other));
}
