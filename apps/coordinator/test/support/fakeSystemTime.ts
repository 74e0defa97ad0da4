/** An operating system's time without waiting: timers that fire early, and a wall clock that anybody may set. */
import type { SystemTime } from "../../src/ports/clock.ts";

export interface FakeSystemTime extends SystemTime {
  /** Sets the wall clock by that much. */
  setWall(byMs: number): void;
  /** Lets the next timer fire; false where there is none, or none until then. */
  fireNext(untilMs?: number): boolean;
  /** Lets time pass without any timer. */
  advanceTo(ms: number): void;
}

/** `earlyMs` says by how much the next timer fires too early. */
export function createFakeSystemTime(earlyMs: () => number): FakeSystemTime {
  let elapsed = 12_345.678;
  let wallOffset = 1_790_000_000_000;
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();
  return {
    wall: () => Math.floor(wallOffset + elapsed),
    monotonic: () => elapsed,
    after(delayMs, callback) {
      // An early timer still takes some time, as a real one does.
      const timer = { due: elapsed + Math.max(0.05, delayMs - earlyMs()), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    setWall(byMs) {
      wallOffset += byMs;
    },
    fireNext(untilMs = Number.POSITIVE_INFINITY) {
      const [next] = [...timers].sort((a, b) => a.due - b.due);
      if (!next || next.due > untilMs) return false;
      timers.delete(next);
      elapsed = Math.max(elapsed, next.due);
      next.callback();
      return true;
    },
    advanceTo(ms) {
      elapsed = Math.max(elapsed, ms);
    },
  };
}
