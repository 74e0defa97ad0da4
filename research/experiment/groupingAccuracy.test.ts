import { expect, test } from "vitest";
import { groupingAccuracy } from "./groupingAccuracy.ts";

test("groups count, not the words: two of five messages are grouped as they should be", () => {
  const actual = ["open <*>", "open <*>", "close <*>", "close <*>", "stop"];
  // The first pair is together under another name; the second is torn apart, and one half joined to the fifth.
  expect(groupingAccuracy(["opened", "opened", "close <*>", "stop", "stop"], actual)).toBe(2 / 5);
});

test("a group that takes one message too many is wrong for all of its messages", () => {
  expect(groupingAccuracy(["a", "a", "a", "c"], ["a", "a", "b", "c"])).toBe(1 / 4);
});
