import { expect, it } from "vitest";
import { say, sayTold, told } from "./saying.ts";

const TABLE = {
  late: (name: string) => `${name} was late`,
  times: (why: string, count: number) => `${why}, ${count} times`,
} as const;

it("puts the values into the sentence, and a saying where a text stands", () => {
  expect(say(TABLE, ["late", "Ward A"])).toBe("Ward A was late");
  expect(say(TABLE, ["times", ["late", "Ward A"], 3])).toBe("Ward A was late, 3 times");
});

it("says nothing where the table has no such sentence, or nothing was told", () => {
  expect(sayTold(TABLE, ["early", "Ward A"])).toBeNull();
  expect(sayTold(TABLE, ["toString"])).toBeNull();
  expect(sayTold(TABLE, null)).toBeNull();
  expect(sayTold(TABLE, undefined)).toBeNull();
});

it("says nothing where a value is missing, or is a sentence that the table does not have", () => {
  expect(sayTold(TABLE, ["times", "It is late"])).toBeNull();
  expect(sayTold(TABLE, ["times", ["early", "Ward A"], 3])).toBeNull();
  expect(sayTold(TABLE, ["late", "Ward A", "Ward B"])).toBe("Ward A was late");
});

it("travels as a list whose values are texts, numbers and lists of the same, three deep", () => {
  const deep = ["times", ["times", ["late", "Ward A"], 2], 3];
  expect(told.parse(deep)).toEqual(deep);
  expect(told.safeParse(["times", ["times", ["times", ["late", "Ward A"], 1], 2], 3]).success).toBe(false);
  expect(told.safeParse(["times", { why: "late" }]).success).toBe(false);
  expect(told.safeParse([]).success).toBe(false);
  expect(told.safeParse(["times", ...Array(8).fill("why")]).success).toBe(true);
  expect(told.safeParse(["times", ...Array(9).fill("why")]).success).toBe(false);
});
