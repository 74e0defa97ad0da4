import { describe, expect, test } from "vitest";
import { advance, skipForced } from "./labelDecoding.ts";
import { choiceTokens, labelTrie } from "./labelTrie.ts";

describe("labelTrie", () => {
  const trie = labelTrie([
    [5, 6, 0],
    [5, 6, 7, 0],
    [8, 0],
    [5, 9, 9, 0],
  ]);

  test("decides as soon as one label remains", () => {
    expect(trie.label).toBeNull();
    expect(trie.children.get(8)).toEqual({ label: 2, children: new Map() });
    expect(trie.children.get(5)?.children.get(9)?.label).toBe(3);
    expect(trie.children.get(5)?.children.get(6)?.children.get(0)?.label).toBe(0);
  });

  test("knows the tokens that a choice is ever made between", () => {
    expect([...choiceTokens(trie)].sort()).toEqual([0, 5, 6, 7, 8, 9]);
  });

  test("refuses labels that tokens do not tell apart", () => {
    expect(() => labelTrie([[1, 2], [3], [1, 2]])).toThrow("Labels 0 and 2 cannot be told apart");
    expect(() => labelTrie([[1], [1, 2]])).toThrow(expect.objectContaining({ code: "ROWS" }));
  });

  test("decoding takes the largest logit among the children only, and skips tokens without a choice", () => {
    const logits = new Map([
      [5, 1.5],
      [8, 1.25],
      [6, -3],
      [9, -4],
      [7, 9],
      [0, 2],
    ]);
    const logit = (token: number) => logits.get(token) ?? 100;
    const first = advance({ node: trie, tokens: [] }, logit);
    expect(first.tokens).toEqual([5]);
    const third = advance(advance(first, logit), logit);
    expect(third).toMatchObject({ tokens: [5, 6, 7], node: { label: 1 } });
    const forced = labelTrie([
      [4, 4, 1],
      [4, 4, 2],
    ]);
    expect(skipForced({ node: forced, tokens: [] }).tokens).toEqual([4, 4]);
  });
});
