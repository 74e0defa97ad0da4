/** Runs at most one of the offered actions per interval; the others are dropped, which suits reports that are soon outdated. */
export function createThrottle(intervalMs: number, now: () => number): (action: () => void) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (action) => {
    const time = now();
    if (time - last < intervalMs) return;
    last = time;
    action();
  };
}
