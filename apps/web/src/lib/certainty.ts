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
 * two models mostly get right and wrong together, it is less: this is the most that can be said where only the shares are known.
 */
export function differenceSpread(one: number, other: number, rows: number): number {
  const variance = (share: number) => (share * (1 - share)) / rows;
  return Z * Math.sqrt(variance(one) + variance(other));
}

/**
 * Whether one model is better than another on the same rows, by McNemar's exact test at 5 %. Only how many each had right is known, and
 * not which; so the two most different cases are looked at. "no": chance, whichever rows they were. "yes": no chance, whichever they
 * were. "open": that depends on which.
 */
export function isBetter(right: number, otherRight: number, rows: number): "yes" | "no" | "open" {
  const ahead = right - otherRight;
  if (ahead <= 0) return "no";
  const mostLost = Math.min(otherRight, rows - right);
  if (chanceOf(ahead, 0) >= 0.05) return "no";
  return chanceOf(ahead + mostLost, mostLost) < 0.05 ? "yes" : "open";
}

/** Two-sided: how often a fair coin is at least as uneven as `won` against `lost`. */
function chanceOf(won: number, lost: number): number {
  const flips = won + lost;
  // Logarithm of C(flips, k) / 2^flips, from k - 1 to k: the powers themselves are too small for numbers.
  let term = -flips * Math.LN2;
  let tail = Math.exp(term);
  for (let k = 1; k <= lost; k++) {
    term += Math.log((flips - k + 1) / k);
    tail += Math.exp(term);
  }
  return Math.min(1, 2 * tail);
}
