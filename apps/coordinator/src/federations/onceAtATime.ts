/** Who asks again while it is being done gets the same answer. */
export function onceAtATime<T>(running: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const known = running.get(key);
  if (known) return known;
  const result = work().finally(() => running.delete(key));
  running.set(key, result);
  return result;
}
