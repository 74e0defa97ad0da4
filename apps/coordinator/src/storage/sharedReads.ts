/**
 * Files that many ask for at the same time, as all clients of a round do, are read through once for all of them. A file that one client
 * alone asks for is not held: it is streamed.
 */
import { readFile, stat } from "node:fs/promises";
import { createLoopTurns } from "../ports/loopTurns.ts";

export interface SharedReads {
  /**
   * What is at the path that `find` gives, or the path where it is not held; null where `find` gives none. A key stands for one content for ever.
   * Throws what `find` throws.
   */
  get(key: string, find: () => Promise<string | null>): Promise<Buffer | string | null>;
}

/** Holds at most so many bytes, those that were asked for last, of files of at most a quarter of that. */
export function createSharedReads(maxBytes: number): SharedReads {
  /** Those asked for last are last. */
  const held = new Map<string, Promise<Buffer | string | null>>();
  const sizes = new Map<string, number>();
  let askedLast = "";
  /** What all of them wait for is there for all at the same moment. */
  const nextTurn = createLoopTurns(1);

  async function read(key: string, find: () => Promise<string | null>): Promise<Buffer | string | null> {
    try {
      const path = await find();
      if (path === null || (await stat(path)).size > maxBytes / 4) return path;
      const content = await readFile(path);
      sizes.set(key, content.byteLength);
      return content;
    } finally {
      if (!sizes.has(key)) held.delete(key);
      forgetOldest();
    }
  }

  function forgetOldest(): void {
    let total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    for (const key of held.keys()) {
      if (total <= maxBytes) return;
      total -= sizes.get(key) ?? 0;
      held.delete(key);
      sizes.delete(key);
    }
  }

  return {
    get(key, find) {
      const isShared = askedLast === key;
      askedLast = key;
      const content = held.get(key) ?? (isShared ? read(key, find) : null);
      if (content === null) return find();
      held.delete(key);
      held.set(key, content);
      return content.then((found) => nextTurn().then(() => found));
    },
  };
}
