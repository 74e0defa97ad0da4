/**
 * What goes on around a client's program, told by whoever can see it: a page by its browser's events, a Node process not at all. Nothing
 * that a client must do depends on it; it only says things, and tries again sooner.
 */
export type SurroundingsChange =
  /** The device has no network, or has one again. */
  | { readonly kind: "offline" }
  | { readonly kind: "online" }
  /** Another network than before: connections of the old one may be dead without having ended. */
  | { readonly kind: "networkChanged" }
  /** Nobody can see the page: its timers are slowed down. */
  | { readonly kind: "hidden" }
  | { readonly kind: "shown" }
  /** The device, or the browser with this page in it, stood still. */
  | { readonly kind: "woke"; readonly sleptMs: number };

export interface Surroundings {
  /** Returns the function that stops listening. */
  onChange(listener: (change: SurroundingsChange) => void): () => void;
}

/** Nobody sees anything. */
export const unseenSurroundings: Surroundings = { onChange: () => () => {} };

/** Slept rather than slowed down: a hidden page's timers still run once a minute. */
const SLEEP_MS = 90_000;

/**
 * Notices from the clock's jumps that nothing ran for a while: call `look` every few seconds, and whenever something happens. It gives the
 * milliseconds slept since the call before; 0 when there was no sleep. `now` is the wall clock, which goes on in sleep.
 */
export function createSleepWatch(now: () => number): { look(): number } {
  let last = now();
  return {
    look() {
      const time = now();
      const gap = time - last;
      last = time;
      return gap >= SLEEP_MS ? gap : 0;
    },
  };
}
