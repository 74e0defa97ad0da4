/** Greedy decoding within the label set: at every choice the child token with the largest logit wins. */
import type { LabelTrie } from "./labelTrie.ts";

/** Where the decoding of one row stands. */
export interface LabelPath {
  readonly node: LabelTrie;
  /** Tokens chosen so far. */
  readonly tokens: readonly number[];
}

/** One choice further down, following forced tokens (a single child) without asking. */
export function advance({ node, tokens }: LabelPath, logit: (token: number) => number): LabelPath {
  let best: readonly [number, LabelTrie] | null = null;
  for (const child of node.children) if (!best || logit(child[0]) > logit(best[0])) best = child;
  return best ? { node: best[1], tokens: [...tokens, best[0]] } : { node, tokens };
}

/** Descends through nodes with a single child. */
export function skipForced(path: LabelPath): LabelPath {
  let { node, tokens } = path;
  while (node.label === null && node.children.size === 1) {
    for (const [token, child] of node.children) {
      node = child;
      tokens = [...tokens, token];
    }
  }
  return { node, tokens };
}
