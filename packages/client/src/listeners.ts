/** Who wants to be told of something, told in the order in which they asked. */
export function createListeners<T>() {
  const all = new Set<(value: T) => void>();
  return {
    add(listener: (value: T) => void): () => void {
      all.add(listener);
      return () => all.delete(listener);
    },
    emit(value: T): void {
      for (const listener of [...all]) listener(value);
    },
  };
}
