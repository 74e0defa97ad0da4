/** A value that can be read, replaced and listened to. Knows no React; hooks/useStore.ts binds it to components. */
export interface ReadableStore<T> {
  get(): T;
  /** Returns the function that stops listening. */
  subscribe(listener: () => void): () => void;
}

export interface Store<T> extends ReadableStore<T> {
  /** Values are immutable: pass a new one for every change. */
  set(value: T): void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
