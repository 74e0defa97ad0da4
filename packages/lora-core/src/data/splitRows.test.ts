import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearDuplicateGroups } from "./nearDuplicates.ts";
import type { DataSplit, Row } from "./row.ts";
import { countAnswers } from "./rowGroups.ts";
import { splitRows } from "./splitRows.ts";

/** Words made of letters only, so that texts of different numbers are no near-duplicates. */
const spell = (n: number) => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");
const rowsOf = (texts: readonly number[], answerOf: (index: number) => string): Row[] =>
  texts.map((text, index) => ({ line: index + 2, input: `case ${spell(text)} number ${index}`, answer: answerOf(index) }));
const sizes = ({ train, fusion, test }: DataSplit) => [train.length, fusion.length, test.length];
const range = (n: number) => Array.from({ length: n }, (_, index) => index);

/** Rows in few or many groups with answers that may differ within a group. */
const anyRows = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom("x", "y", "z")), { minLength: 3, maxLength: 120 })
  .map((drawn) =>
    rowsOf(
      drawn.map(([text]) => text),
      (index) => drawn[index]?.[1] ?? "",
    ),
  )
  .filter((rows) => new Set(nearDuplicateGroups(rows.map(({ input }) => input))).size >= 3);

describe("splitRows", () => {
  it("places every row once, keeps groups whole and leaves no part empty", () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: 0, max: 99 }), (rows, seed) => {
        const split = splitRows(rows, { seed });
        const lines = [...split.train, ...split.fusion, ...split.test].map(({ line }) => line);
        expect(lines.toSorted((a, b) => a - b)).toEqual(rows.map(({ line }) => line));
        expect(Math.min(...sizes(split))).toBeGreaterThan(0);

        const groups = nearDuplicateGroups(rows.map(({ input }) => input));
        const partOf = new Map(
          [split.train, split.fusion, split.test].flatMap((part, index) => part.map(({ line }) => [line, index] as const)),
        );
        const partOfGroup = new Map<number, number | undefined>();
        for (const [index, row] of rows.entries()) {
          const group = groups[index] ?? -1;
          if (!partOfGroup.has(group)) partOfGroup.set(group, partOf.get(row.line));
          expect(partOf.get(row.line)).toBe(partOfGroup.get(group));
        }
      }),
      { seed: 3, numRuns: 120 },
    );
  });

  it("meets the shares of every answer when groups are small", () => {
    // 200 x, 70 y, 30 z, all different: 0.6 / 0.1 / 0.3 of each.
    const rows = rowsOf(range(300), (index) => (index < 200 ? "x" : index < 270 ? "y" : "z"));
    const split = splitRows(rows, { seed: 4 });
    expect(sizes(split)).toEqual([180, 30, 90]);
    expect(Object.fromEntries(countAnswers(split.train))).toEqual({ x: 120, y: 42, z: 18 });
    expect(Object.fromEntries(countAnswers(split.fusion))).toEqual({ x: 20, y: 7, z: 3 });
  });

  it("keeps the whole close to the shares when every answer is rare", () => {
    // 60 answers of 3 rows: no answer alone could give a tenth to fusion.
    const split = splitRows(
      rowsOf(range(180), (index) => spell(index % 60)),
      { seed: 1 },
    );
    const [train = 0, fusion = 0, test = 0] = sizes(split);
    expect(Math.abs(train - 108)).toBeLessThanOrEqual(6);
    expect(Math.abs(fusion - 18)).toBeLessThanOrEqual(6);
    expect(Math.abs(test - 54)).toBeLessThanOrEqual(6);
  });

  it("has an answer in every part although one group holds nearly all of its rows", () => {
    // x: one group of 200 and 6 single rows; y: one group of 20 and 20 single rows.
    const rows = rowsOf(
      range(246).map((index) => (index < 200 ? 0 : index < 220 ? 1 : index)),
      (index) => (index < 200 || index >= 240 ? "x" : "y"),
    );
    for (const seed of range(5)) {
      const { train, fusion, test } = splitRows(rows, { seed });
      for (const part of [train, fusion, test]) expect([...countAnswers(part).keys()].sort()).toEqual(["x", "y"]);
      expect(train.length).toBeGreaterThan(200);
    }
  });

  it("takes other shares", () => {
    expect(
      sizes(
        splitRows(
          rowsOf(range(100), () => "x"),
          { seed: 0, train: 2, fusion: 1, test: 1 },
        ),
      ),
    ).toEqual([50, 25, 25]);
  });

  it("gives the same split for a seed and another for another", () => {
    const rows = rowsOf(range(50), (index) => (index % 2 ? "x" : "y"));
    expect(splitRows(rows, { seed: 7 })).toEqual(splitRows(rows, { seed: 7 }));
    expect(splitRows(rows, { seed: 8 }).test).not.toEqual(splitRows(rows, { seed: 7 }).test);
  });

  it("says what is missing when there are fewer than three groups", () => {
    expect(() =>
      splitRows(
        rowsOf([1, 1, 1, 2], () => "x"),
        { seed: 0 },
      ),
    ).toThrow("These 4 rows make only 2 groups of near-duplicate texts; training, fusion and test rows need at least 3.");
    expect(() =>
      splitRows(
        rowsOf(range(9), () => "x"),
        { seed: 0, fusion: 0 },
      ),
    ).toThrow(RangeError);
  });
});
