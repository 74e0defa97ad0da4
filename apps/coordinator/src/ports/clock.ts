/**
 * Time as a port: the only file that reads the system's clocks or sets timers. What lies between two instants is counted by a
 * monotonic clock, whatever happens to the wall clock meanwhile (docs/adr/0023-off-the-event-loop.md).
 */

/** Stops a timer; harmless when it has fired. */
export type Cancel = () => void;

export interface Clock {
  /**
   * Whole milliseconds since the epoch, as the wall clock had it at the start and as a monotonic clock has counted on from there:
   * never backwards, and never a leap.
   */
  now(): number;
  /** Calls back once, when `now()` has reached that instant; never before. */
  at(instant: number, callback: () => void): Cancel;
}

/** What an operating system offers. */
export interface SystemTime {
  /** Milliseconds since the epoch; people and time servers may set it. */
  wall(): number;
  /** Milliseconds since any one moment, at an even pace. */
  monotonic(): number;
  /** Calls back once after about that long; it may be a few milliseconds early. */
  after(delayMs: number, callback: () => void): Cancel;
}

/** Longest delay that setTimeout takes; a later instant is approached in steps. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** A clock that begins at the wall clock's present time. */
export function createClock(system: SystemTime): Clock {
  const origin = system.wall() - system.monotonic();
  const now = () => Math.floor(origin + system.monotonic());
  return {
    now,
    at(instant, callback) {
      let cancel: Cancel;
      const arm = () => {
        const delay = Math.min(MAX_DELAY_MS, Math.max(0, instant - now()));
        cancel = system.after(delay, () => (now() < instant ? arm() : callback()));
      };
      arm();
      return () => cancel();
    },
  };
}

/**
 * The same clock, put ahead if need be so that it begins no earlier than `earliest`: what was stored before a restart stays in the past
 * when the wall clock was set back meanwhile.
 */
export function startingFrom(clock: Clock, earliest: number): Clock {
  const ahead = Math.max(0, earliest - clock.now());
  return { now: () => clock.now() + ahead, at: (instant, callback) => clock.at(instant - ahead, callback) };
}

export const systemClock: Clock = createClock({
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
});
