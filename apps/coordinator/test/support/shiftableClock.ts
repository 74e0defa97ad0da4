/** The system's clock, which a test may put forward: timers that fall due by that fire at once. */
import { type Cancel, type Clock, systemClock } from "../../src/ports/clock.ts";

export interface ShiftableClock extends Clock {
  /** Puts the clock forward. */
  advance(ms: number): void;
}

export function createShiftableClock(): ShiftableClock {
  let shift = 0;
  const waiting = new Set<{ instant: number; callback: () => void; cancel: Cancel }>();
  const arm = (timer: { instant: number; callback: () => void; cancel: Cancel }) => {
    timer.cancel = systemClock.at(timer.instant - shift, () => {
      waiting.delete(timer);
      timer.callback();
    });
  };
  const now = () => systemClock.now() + shift;
  /** Of those that are due, the one that was due first. */
  const nextDue = () =>
    [...waiting].filter(({ instant }) => instant <= now()).sort((one, other) => one.instant - other.instant)[0];
  return {
    now,
    at(instant, callback) {
      const timer = { instant, callback, cancel: () => {} };
      waiting.add(timer);
      arm(timer);
      return () => {
        waiting.delete(timer);
        timer.cancel();
      };
    },
    advance(ms) {
      shift += ms;
      for (let due = nextDue(); due; due = nextDue()) {
        due.cancel();
        waiting.delete(due);
        due.callback();
      }
      for (const timer of waiting) {
        timer.cancel();
        arm(timer);
      }
    },
  };
}
