/** Whether one model is better than another on the same rows. Pure. */

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
