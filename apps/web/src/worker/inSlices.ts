/** Work on many rows that lets the thread answer others in between. */

const SLICE_MS = 40;

/** Runs `each` on every item in order, with a pause every few milliseconds; `onPause` gets the share that is done, and may throw to stop. */
export async function inSlices<T>(items: readonly T[], each: (item: T) => void, onPause: (share: number) => void): Promise<void> {
  let pausedAt = performance.now();
  for (const [index, item] of items.entries()) {
    each(item);
    if (performance.now() - pausedAt < SLICE_MS) continue;
    onPause((index + 1) / items.length);
    await new Promise((resolve) => setTimeout(resolve));
    pausedAt = performance.now();
  }
}
