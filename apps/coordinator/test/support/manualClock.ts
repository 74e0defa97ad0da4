/** Time that only moves when told to. */
import type { Clock } from "../../src/ports/clock.ts";

export function createManualClock() {
  let now = 1000;
  let timers: { instant: number; callback: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    at(instant, callback) {
      const timer = { instant, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const dueBy = (instant: number) => {
    const due = timers.filter((timer) => timer.instant <= instant);
    timers = timers.filter((timer) => timer.instant > instant);
    return due;
  };
  return {
    clock,
    /** What is due at once by what was due is due as well. */
    advance(ms: number): void {
      now += ms;
      for (let due = dueBy(now); due.length > 0; due = dueBy(now)) for (const { callback } of due) callback();
    },
  };
}
