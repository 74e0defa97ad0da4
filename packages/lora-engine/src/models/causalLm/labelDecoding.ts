/** Decoding within the label set: at every choice the child token with the largest logit wins, or each gets its probability. Pure. */
import type { LabelTrie } from "./labelTrie.ts";

/** Where the decoding of one row stands. */
export interface LabelPath {
  readonly node: LabelTrie;
  /** Tokens chosen so far. */
  readonly tokens: readonly number[];
}

/** The logit of a token where a path stands. */
export type Logit = (token: number) => number;

/** One choice further down, following forced tokens (a single child) without asking. */
export function advance({ node, tokens }: LabelPath, logit: Logit): LabelPath {
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

/** Every place in the tree where there is a choice, the root's first. */
export function choicePoints(trie: LabelTrie): readonly LabelPath[] {
  const below = (path: LabelPath): LabelPath[] => {
    const { node, tokens } = skipForced(path);
    if (node.label !== null) return [];
    const children = [...node.children].flatMap(([token, child]) => below({ node: child, tokens: [...tokens, token] }));
    return [{ node, tokens }, ...children];
  };
  return below({ node: trie, tokens: [] });
}

/** The label that greedy decoding ends at, when `logitAt` knows every choice. */
export function greedyLabel(trie: LabelTrie, logitAt: (node: LabelTrie) => Logit): number {
  let path = skipForced({ node: trie, tokens: [] });
  while (path.node.label === null) path = skipForced(advance(path, logitAt(path.node)));
  return path.node.label;
}

/** Probability of every label: the product of softmaxes over the children along its path. Adds up to 1. */
export function labelProbabilities(trie: LabelTrie, labels: number, logitAt: (node: LabelTrie) => Logit): number[] {
  const probabilities = new Array<number>(labels).fill(0);
  const descend = (from: LabelTrie, probability: number) => {
    const { node } = skipForced({ node: from, tokens: [] });
    if (node.label !== null) {
      probabilities[node.label] = probability;
      return;
    }
    const logit = logitAt(node);
    const highest = Math.max(...[...node.children.keys()].map(logit));
    const weights = [...node.children].map(([token, child]) => ({ child, weight: Math.exp(logit(token) - highest) }));
    const total = weights.reduce((sum, { weight }) => sum + weight, 0);
    for (const { child, weight } of weights) descend(child, (probability * weight) / total);
  };
  descend(trie, 1);
  return probabilities;
}
