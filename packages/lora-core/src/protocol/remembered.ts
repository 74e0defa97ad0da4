/**
 * What is made of a value that is never changed in place is the same object whenever it is made again: what changed between two snapshots
 * is found by identity, and what did not is not made anew for each of them.
 */
export function remembered<K extends object, V extends object>(make: (from: K) => V): (from: K) => V {
  const known = new WeakMap<K, V>();
  return (from) => {
    const before = known.get(from);
    if (before !== undefined) return before;
    const made = make(from);
    known.set(from, made);
    return made;
  };
}

/** Ids as a list of their own, and as a set. */
export const listOf = remembered((ids: readonly string[]): string[] => [...ids]);
export const setOf = remembered((ids: readonly string[]): ReadonlySet<string> => new Set(ids));
/** Ids that something is kept by, in the order in which they came. */
export const keysOf = remembered((entries: Readonly<Record<string, unknown>>): string[] => Object.keys(entries));
