import { expect, test } from "vitest";
import { z } from "zod";
import { currentVersion, parseStored, type StoredFormat } from "./storedFormat.ts";

/** Version 1 had a name in one piece, version 2 two parts, version 3 counts visits. */
const format: StoredFormat<{ first: string; last: string; visits: number }> = {
  schema: z.strictObject({ first: z.string(), last: z.string(), visits: z.number() }),
  migrations: [
    (older) => {
      const [first, last] = (older as { name: string }).name.split(" ");
      return { first, last };
    },
    (older) => ({ ...(older as object), visits: 0 }),
  ],
};

test("an older value is brought up step by step, from wherever it stands", () => {
  expect(currentVersion(format)).toBe(3);
  const anna = { first: "Anna", last: "Ek", visits: 0 };
  expect(parseStored(format, { version: 1, value: { name: "Anna Ek" }, where: "x" })).toEqual(anna);
  expect(parseStored(format, { version: 2, value: { first: "Anna", last: "Ek" }, where: "x" })).toEqual(anna);
  expect(parseStored(format, { version: 3, value: { ...anna, visits: 7 }, where: "x" })).toEqual({ ...anna, visits: 7 });
});

test.each([
  [4, /^card was made by a newer Duet \(it has format 4, this one reads up to 3\): start with that version, or choose another/],
  [0, /^card has no format version/],
  [1.5, /^card has no format version/],
  ["3", /^card has no format version/],
  [undefined, /^card has no format version/],
  [3, /^card was stored by another version of Duet, or it is damaged \(first is missing\)$/],
])("version %s of something else is refused with a sentence", (version, message) => {
  expect(() => parseStored(format, { version, value: {}, where: "card" })).toThrow(message);
});
