/** Time as a port: the only file that reads the system's clock or sets timers. */

/** Stops a timer; harmless when it has fired. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, at that instant or soon after it. */
  at(instant: number, callback: () => void): Cancel;
}

/** Longest delay that setTimeout takes; a later instant is approached in steps. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(instant, callback) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const delay = instant - Date.now();
      timer = delay > MAX_DELAY_MS ? setTimeout(arm, MAX_DELAY_MS) : setTimeout(callback, Math.max(0, delay));
    };
    arm();
    return () => clearTimeout(timer);
  },
};
