/** How the work of a kernel is parted among threads. */

export interface Work {
  /** Rows, columns or heads: what can be computed apart. */
  readonly items: number;
  /** Of one item, in multiply-adds or what takes as long. */
  readonly cost: number;
  /** Shares begin at multiples of it. */
  readonly step?: number;
}

/** [from, to) of the items. */
export type Share = readonly [from: number, to: number];

/** Work that takes about as long as to wake a thread, or longer: a fiftieth of a millisecond. */
const LEAST_COST = 400_000;
/** More shares than threads, so that one that is interrupted is not waited for long. */
const SHARES_PER_THREAD = 4;

/** One share for one thread, or for little work. */
export function sharesOf({ items, cost, step = 1 }: Work, threads: number): readonly Share[] {
  const most = threads === 1 ? 1 : threads * SHARES_PER_THREAD;
  const wanted = Math.max(1, Math.min(most, Math.floor((items * cost) / LEAST_COST)));
  const size = Math.ceil(items / wanted / step) * step;
  return Array.from({ length: Math.ceil(items / size) }, (_, i): Share => [i * size, Math.min(items, (i + 1) * size)]);
}
