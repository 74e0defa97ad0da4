/** A map of bounded size: what was not touched for the longest time is forgotten first. */
export interface RecentMap<V> {
  get(key: string): V | undefined;
  /** Touches it, too. */
  set(key: string, value: V): void;
  delete(key: string): void;
  readonly size: number;
}

export function createRecentMap<V>(capacity: number): RecentMap<V> {
  const entries = new Map<string, V>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= capacity) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
    delete: (key) => void entries.delete(key),
    get size() {
      return entries.size;
    },
  };
}
