/**
 * What is looked at before the address says so: with a key that is held it changes many times a second, and browsers refuse addresses that do
 * (WebKit after a hundred within ten seconds).
 */
import { createStore, type ReadableStore } from "@duet/client/store";

/** What is written waits so long for something newer, ms. */
const WAIT_MS = 150;

export interface Ahead {
  /** Of the tab's history. */
  readonly entry: string;
  /** The address at which it was looked at. */
  readonly address: string;
  /** What stands in it after the ?, or is to. */
  readonly search: string;
}

/** Has the newest; stays when it is written. */
export interface PlaceAhead extends ReadableStore<Ahead | null> {
  /** Shown at once and written soon, in place of what was not yet written. */
  replace(ahead: Ahead): void;
  /** Shown at once; it is written already. */
  show(ahead: Ahead): void;
  /** What is not yet written is now. */
  settle(): void;
}

/** `write` says whether that address is still open; what it throws is of no interest: the next one is written again. */
export function createPlaceAhead(write: (ahead: Ahead) => boolean): PlaceAhead {
  const newest = createStore<Ahead | null>(null);
  let waiting: ReturnType<typeof setTimeout> | null = null;

  function settle(): void {
    const ahead = newest.get();
    if (waiting === null || !ahead) return;
    clearTimeout(waiting);
    waiting = null;
    try {
      if (!write(ahead)) newest.set(null);
    } catch {
      // It is looked at all the same.
    }
  }

  return {
    ...newest,
    settle,
    show: newest.set,
    replace(ahead) {
      if (waiting !== null) clearTimeout(waiting);
      waiting = setTimeout(settle, WAIT_MS);
      newest.set(ahead);
    },
  };
}
