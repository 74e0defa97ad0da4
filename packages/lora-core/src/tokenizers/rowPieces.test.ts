import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rowLengths, rowPieces } from "./rowPieces.ts";
import { createTextTokenizer } from "./textTokenizer.ts";

const file = new URL("../../../../models/duet-tiny/tokenizer.json", import.meta.url);
const tokenizer = createTextTokenizer(JSON.parse(readFileSync(file, "utf8")));
const row = (line: number, input: string) => ({ line, input, answer: "error" });

test("pieces are the text again, and those beyond what is read are told from the others", () => {
  const input = "The rash began on the elbows, silvery and scaly";
  const { pieces, read, line, answer } = rowPieces(tokenizer, row(7, input), 8);
  expect(pieces.join("").trim()).toBe(input);
  expect(pieces.length).toBe(tokenizer.encode(input).length);
  expect([line, answer, read]).toEqual([7, "error", 8]);
  expect(rowPieces(tokenizer, row(1, "rash"), 8).read).toBe(tokenizer.encode("rash").length);
});

test("every row is counted once, by its length, and those that lose their end", () => {
  const rows = [1, 4, 30, 200].map((words, line) => row(line + 1, Array.from({ length: words }, () => "disk").join(" ")));
  const lengths = rows.map(({ input }) => tokenizer.encode(input).length);
  const { step, counts, rows: counted, cut, most } = rowLengths(tokenizer, rows, 48);
  expect([counted, counts.reduce((sum, count) => sum + count, 0)]).toEqual([4, 4]);
  expect(cut).toBe(lengths.filter((length) => length > most).length);
  expect(counts[Math.ceil((lengths[1] ?? 0) / step) - 1]).toBeGreaterThan(0);
  // One that is far beyond stands in the last step.
  expect(counts.at(-1)).toBe(1);
});
