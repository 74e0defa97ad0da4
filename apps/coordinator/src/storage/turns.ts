/** Work under one key is done one after the other; under different keys side by side. */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Nothing waits yet. What fails does not stop what comes after it. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const result = (last.get(key) ?? Promise.resolve()).then(work);
    const turn = result
      .catch(() => undefined)
      .then(() => {
        if (last.get(key) === turn) last.delete(key);
      });
    last.set(key, turn);
    return result;
  };
}
