import type { ReadableStore } from "@duet/client/store";
import { useSyncExternalStore } from "react";

/** The store's value; renders again when it changes. */
export function useStore<T>(store: ReadableStore<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
