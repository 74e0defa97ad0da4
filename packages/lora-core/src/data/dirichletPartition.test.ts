import { describe, expect, it } from "vitest";
import { dirichletPartition } from "./dirichletPartition.ts";
import { nearDuplicateGroups } from "./nearDuplicates.ts";
import type { Row } from "./row.ts";
import { countAnswers } from "./rowGroups.ts";
import { splitRows } from "./splitRows.ts";

const spell = (n: number) => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");
/** 5 answers of 80 rows, every text twice up to a number. */
const rows: readonly Row[] = Array.from({ length: 400 }, (_, index) => ({
  line: index + 1,
  input: `case ${spell(Math.floor(index / 2))} seen ${index} times`,
  answer: "vwxyz"[Math.floor(index / 80)] ?? "",
}));

/** Mean over clients of the total variation distance between the client's answers and everyone's. */
function skew(parts: readonly (readonly Row[])[]): number {
  const distances = parts.map((part) => {
    const counts = countAnswers(part);
    return [..."vwxyz"].reduce((sum, answer) => sum + Math.abs((counts.get(answer) ?? 0) / part.length - 1 / 5), 0) / 2;
  });
  return distances.reduce((sum, distance) => sum + distance, 0) / parts.length;
}

describe("dirichletPartition", () => {
  it("gives every row to one client and no text to two", () => {
    const parts = dirichletPartition(rows, { clients: 4, alpha: 0.5, seed: 3, minRows: 40 });
    expect(
      parts
        .flat()
        .map(({ line }) => line)
        .toSorted((a, b) => a - b),
    ).toEqual(rows.map(({ line }) => line));
    expect(Math.min(...parts.map((part) => part.length))).toBeGreaterThanOrEqual(40);

    const groups = nearDuplicateGroups(rows.map(({ input }) => input));
    const held = parts.map((part) => new Set(part.map(({ line }) => groups[line - 1])));
    expect(held.reduce((sum, set) => sum + set.size, 0)).toBe(200);
  });

  it("is more uneven the smaller alpha is, and even at infinity", () => {
    const options = { clients: 4, seed: 9, minRows: 20 };
    const at = (alpha: number) => skew(dirichletPartition(rows, { ...options, alpha }));
    expect(at(0.1)).toBeGreaterThan(at(1));
    expect(at(1)).toBeGreaterThan(at(100));
    expect(at(100)).toBeLessThan(0.12);
    const even = dirichletPartition(rows, { ...options, alpha: Number.POSITIVE_INFINITY });
    expect(even.map((part) => Object.fromEntries(countAnswers(part)))).toEqual(
      Array.from({ length: 4 }, () => ({ v: 20, w: 20, x: 20, y: 20, z: 20 })),
    );
  });

  it("gives no further answers to a client that already holds n/N rows", () => {
    // At alpha 0.01 a client takes nearly whole answers of 80. Of two clients one passes 400 / 2 with its third answer,
    // so it ends near 240; without the rule it would often take four, 320.
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const parts = dirichletPartition(rows, { clients: 2, alpha: 0.01, seed, minRows: 10 });
      expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(280);
    }
  });

  it("leaves every client with enough groups to split", () => {
    for (const part of dirichletPartition(rows, { clients: 6, alpha: 0.2, seed: 2, minRows: 6 })) {
      expect(splitRows(part, { seed: 1 }).fusion.length).toBeGreaterThan(0);
    }
  });

  it("is the same for a seed and differs for another", () => {
    const draw = (seed: number) => dirichletPartition(rows, { clients: 3, alpha: 0.5, seed, minRows: 30 });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("says why when no draw can do it", () => {
    expect(() => dirichletPartition(rows, { clients: 4, alpha: 0.5, seed: 1, minRows: 101 })).toThrow(
      "400 rows in 200 groups of near-duplicates cannot be dealt out to 4 clients with at least 101 rows each at alpha 0.5. " +
        "Use fewer clients, a larger alpha, or more rows.",
    );
    expect(() => dirichletPartition(rows, { clients: 0, alpha: 0.5, seed: 1, minRows: 1 })).toThrow(RangeError);
    expect(() => dirichletPartition(rows, { clients: 2, alpha: 0, seed: 1, minRows: 1 })).toThrow(RangeError);
  });
});
