/** What is under way to other nodes for somebody: ended as soon as a node is known to be gone, which a connection alone tells late. */
export interface NodeLinks {
  /** Until what it returns is called. */
  add(node: string, end: () => void): () => void;
  /** Ends what is under way to any other node. */
  keepOnly(nodes: ReadonlySet<string>): void;
}

export function createNodeLinks(): NodeLinks {
  const links = new Set<{ readonly node: string; readonly end: () => void }>();
  return {
    add(node, end) {
      const link = { node, end };
      links.add(link);
      return () => void links.delete(link);
    },
    keepOnly(nodes) {
      for (const { node, end } of [...links]) if (!nodes.has(node)) end();
    },
  };
}
