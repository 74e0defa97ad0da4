/** How many sockets each network has open. */
import { Refusal } from "../refusal.ts";

export interface ConnectionCount {
  /** Counts one more, until what it returns is called; that may be called again. @throws {Refusal} QUOTA_USED_UP */
  enter(network: string): () => void;
}

/** As large as there are open sockets, and no larger. */
export function createConnectionCount(limit: number): ConnectionCount {
  const open = new Map<string, number>();
  return {
    enter(network) {
      const count = open.get(network) ?? 0;
      if (count >= limit) {
        throw new Refusal("QUOTA_USED_UP", ["connectionsOpen", limit]);
      }
      open.set(network, count + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        const left = (open.get(network) ?? 1) - 1;
        if (left > 0) open.set(network, left);
        else open.delete(network);
      };
    },
  };
}
