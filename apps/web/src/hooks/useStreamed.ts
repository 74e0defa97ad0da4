import type { ReadableStore } from "@duet/client/store";
import { startTransition, useEffect, useState } from "react";

/**
 * As useStore, of what changes with every step and is drawn large: React draws it in pieces between which the page answers, so that what is
 * seen may be some frames late. Null where there is no store.
 */
export function useStreamed<T>(store: ReadableStore<T> | null): T | null {
  const [seen, see] = useState(() => look(store));
  useEffect(() => {
    const show = () => startTransition(() => see((before) => (isAsSeen(before, look(store)) ? before : look(store))));
    show();
    return store?.subscribe(show);
  }, [store]);
  // What was seen of another store is none of this one's.
  return seen.store === store ? seen.value : look(store).value;
}

interface Seen<T> {
  readonly store: ReadableStore<T> | null;
  readonly value: T | null;
}

const look = <T>(store: ReadableStore<T> | null): Seen<T> => ({ store, value: store?.get() ?? null });

const isAsSeen = <T>(before: Seen<T>, now: Seen<T>) => before.store === now.store && Object.is(before.value, now.value);
