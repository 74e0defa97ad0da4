import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rowLengths, rowPieces } from "./rowPieces.ts";
import { createTextTokenizer } from "./textTokenizer.ts";

const file = new URL("../../../../models/duet-tiny/tokenizer.json", import.meta.url);
const tokenizer = createTextTokenizer(JSON.parse(readFileSync(file, "utf8")));
const row = (line: number, input: string) => ({ line, input, answer: "error" });

test("pieces and what is cut off are the text again", () => {
  const input = "The rash began on the elbows, silvery and scaly";
  const { pieces, rest, tokens, line, answer } = rowPieces(tokenizer, row(7, input), 8);
  expect((pieces.join("") + rest).trim()).toBe(input);
  expect([line, answer, pieces.length, tokens]).toEqual([7, "error", 8, tokenizer.encode(input).length]);
  const short = rowPieces(tokenizer, row(1, "rash"), 8);
  expect([short.pieces.length, short.rest]).toEqual([short.tokens, ""]);
});

/** Of four words of one language. */
const unigram = createTextTokenizer({
  model: { type: "Unigram", unk_id: 0, vocab: ["<unk>", "▁the", "▁rash", "▁is", "▁back"].map((piece) => [piece, -1]) },
  pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
});

test("rows in a script that the base does not know are counted as unread; a word that it does not know makes none", () => {
  const rows = ["the rash is back", "皮疹又出现了", "the rash is 痒", "2024-01-02"].map((input, line) => row(line, input));
  expect(rowLengths(unigram, rows, 8).unread).toBe(1);
  // By bytes everything is read.
  expect(rowLengths(tokenizer, rows, 8).unread).toBe(0);
});

test("what is cut off keeps its blanks where single pieces lose theirs", () => {
  expect(rowPieces(unigram, row(1, "the rash is back"), 1)).toMatchObject({ pieces: ["the"], rest: "rash is back", tokens: 4 });
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
