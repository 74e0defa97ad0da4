import { expect, test } from "vitest";
import { checkMembers, shortageOfSum } from "./members.ts";
import type { MaskingGraph } from "./neighbours.ts";
import { termsOf } from "./testing/attemptRun.ts";

/** Six in a ring, each tied to the next on either side; two shares give a secret. */
const ring: MaskingGraph = {
  neighbours: new Map(
    [..."abcdef"].map((client, at) => [client, [..."abcdef"].filter((_, other) => [1, 5].includes((other - at + 6) % 6))]),
  ),
  shareThreshold: 2,
};
const terms = termsOf(1);
const all = [..."abcdef"];

test("who is gone before its shares needs nobody who holds them, in the eyes of clients and coordinator alike", () => {
  // Of b's holders (a, b, c) only c is left.
  const members = ["c", "d", "e", "f"];
  expect(shortageOfSum(terms, ring, members, members)).toBeNull();
  expect(() => checkMembers(terms, ring, { before: all, owners: members, members })).not.toThrow();
  expect(shortageOfSum(terms, ring, all, members)).toEqual({ have: 1, needed: 2 });
  expect(() => checkMembers(terms, ring, { before: all, owners: all, members })).toThrow(
    expect.objectContaining({ reason: "too few" }),
  );
});

test("a set that would hide in two sums is too few, though all of its secrets could be given", () => {
  const members = ["a", "b", "d", "e"];
  expect(shortageOfSum(terms, ring, members, members)).toEqual({ have: 2, needed: 4 });
});

test("of six clients four are needed", () => {
  expect(shortageOfSum(terms, ring, ["a", "b", "c"], ["a", "b", "c"])).toEqual({ have: 3, needed: 4 });
});
