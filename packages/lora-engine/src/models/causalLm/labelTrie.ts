import { workError } from "@duet/lora-core/errors/workError";

/** The label set as a tree of tokens: decoding walks down it and can end nowhere but at a label. */

export interface LabelTrie {
  /** Label decided here, because every path from here leads to it; null while several remain. */
  readonly label: number | null;
  readonly children: ReadonlyMap<number, LabelTrie>;
}

/** @throws {RangeError} when two labels have the same tokens, or one's tokens begin the other's. */
export function labelTrie(sequences: readonly (readonly number[])[]): LabelTrie {
  return build(
    sequences.map((tokens, label) => ({ tokens, label })),
    0,
  );
}

/** Every token that occurs below this node where there is a choice. */
export function choiceTokens(trie: LabelTrie): readonly number[] {
  const tokens = new Set<number>();
  const visit = (node: LabelTrie) => {
    if (node.label !== null) return;
    for (const [token, child] of node.children) {
      tokens.add(token);
      visit(child);
    }
  };
  visit(trie);
  return [...tokens];
}

interface Sequence {
  readonly tokens: readonly number[];
  readonly label: number;
}

function build(sequences: readonly Sequence[], depth: number): LabelTrie {
  const [first] = sequences;
  if (first && sequences.length === 1) return { label: first.label, children: new Map() };
  const groups = new Map<number, Sequence[]>();
  for (const sequence of sequences) {
    const token = sequence.tokens[depth] ?? -1;
    groups.set(token, [...(groups.get(token) ?? []), sequence]);
  }
  if (groups.has(-1)) {
    throw workError("ROWS", ["sameTokens", sequences.map(({ label }) => label).join(" and ")]);
  }
  return { label: null, children: new Map([...groups].map(([token, group]) => [token, build(group, depth + 1)])) };
}
