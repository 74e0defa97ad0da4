/** An axis of shares that shows what differs among a few of them, to the tenths around. Pure. */

export interface ShareScale {
  /** From 0, the axis' left end, to 1. */
  readonly at: (share: number) => number;
  readonly ticks: readonly number[];
}

/** Around all of them, at most five ticks. */
export function shareScale(shares: readonly number[]): ShareScale {
  const tenths = shares.length === 0 ? [0, 10] : shares.map((share) => 10 * share);
  // A share of 0.3 is 3.0000000000000004 tenths.
  const low = Math.max(0, Math.min(9, Math.floor(Math.min(...tenths) + 1e-9)));
  const high = Math.min(10, Math.max(low + 1, Math.ceil(Math.max(...tenths) - 1e-9)));
  const step = Math.max(1, Math.ceil((high - low) / 4));
  const ticks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, index) => (low + index * step) / 10);
  return { at: (share) => (10 * share - low) / (high - low), ticks };
}
