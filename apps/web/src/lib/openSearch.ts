/** What stands after the ? of the address that is open. Who shows it is told of each change at once: the router tells in a transition, and never of an entry that was soon gone back from. */
import type { ReadableStore } from "@duet/client/store";

/** What is replaced waits so long for something newer, ms. */
const WAIT_MS = 150;

/** The tab's address. Its writes throw where a browser takes no more of them for now (WebKit after a hundred within ten seconds). */
export interface OpenAddress {
  href(): string;
  search(): string;
  push(search: string): void;
  replace(search: string): void;
  /** Calls when one has gone back or on. */
  onMoved(listener: () => void): void;
}

export interface OpenSearch extends ReadableStore<string> {
  /** A new entry of the history: back leads to what was there. */
  push(search: string): void;
  /** Shown at once and in the address soon: with a key that is held it changes many times a second. */
  replace(search: string): void;
}

export function createOpenSearch(address: OpenAddress): OpenSearch {
  const listeners = new Set<() => void>();
  /** What is shown while the address does not say it, and at which address. */
  let ahead: { readonly href: string; readonly search: string } | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function become(newest: typeof ahead): void {
    clearTimeout(waiting);
    ahead = newest;
    for (const listener of [...listeners]) listener();
  }
  const shown = (search: string) => ({ href: address.href(), search });
  function write(by: (search: string) => void, search: string): void {
    try {
      by(search);
      become(null);
    } catch {
      // It is looked at all the same, and the next one is written again.
      become(shown(search));
    }
  }
  function settle(): void {
    if (!ahead) return;
    if (ahead.href === address.href()) write(address.replace, ahead.search);
    else become(null);
  }

  // Of two entries with one address each has what was written into it.
  address.onMoved(() => become(null));
  return {
    get: () => (ahead && ahead.href === address.href() ? ahead.search : address.search()),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    push(search) {
      settle();
      write(address.push, search);
    },
    replace(search) {
      become(shown(search));
      waiting = setTimeout(settle, WAIT_MS);
    },
  };
}
