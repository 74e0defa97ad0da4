/** Disjoint sets over the numbers 0..size-1. */
export interface UnionFind {
  /** The smallest member of the item's set. */
  find(item: number): number;
  join(a: number, b: number): void;
}

export function createUnionFind(size: number): UnionFind {
  const parent = Array.from({ length: size }, (_, item) => item);
  const find = (item: number): number => {
    let root = item;
    while ((parent[root] ?? root) !== root) root = parent[root] ?? root;
    // Path compression: everything on the way points at the root.
    for (let at = item; at !== root; ) {
      const next = parent[at] ?? root;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  const join = (a: number, b: number): void => {
    const [low, high] = [find(a), find(b)].sort((x, y) => x - y);
    if (low !== undefined && high !== undefined) parent[high] = low;
  };
  return { find, join };
}
