import { describe, expect, it } from "vitest";
import { guessColumns } from "./guessColumns.ts";
import { labelsOf } from "./labelsOf.ts";
import { mapRows } from "./mapRows.ts";
import { readTable } from "./readTable.ts";

const table = readTable(
  "id,text,label\n1, red and itchy ,skin\n2,,skin\n3,cough,\n4,cough,heart\n5\n6,hoarse, chest \n7,dry,skin\n",
  "a.csv",
);
const mapping = { input: "text", answer: "label" };

describe("mapRows", () => {
  it("keeps good rows trimmed with their lines and lists every other line with its reason, in file order", () => {
    const { cells, ...mapped } = mapRows(table, mapping, { kind: "label", labels: ["skin", "chest"] });
    expect(mapped).toEqual({
      rows: [
        { line: 2, input: "red and itchy", answer: "skin" },
        { line: 7, input: "hoarse", answer: "chest" },
        { line: 8, input: "dry", answer: "skin" },
      ],
      rejected: [
        { line: 3, reason: ["empty", "text"] },
        { line: 4, reason: ["empty", "label"] },
        { line: 5, reason: ["noLabel", "heart"] },
        { line: 6, reason: ["fewerThanHeader", 1, 3] },
      ],
      respelled: [],
    });
    expect(mapped.rejected.map((row) => cells.get(row)?.id)).toEqual(["2", "3", "4", undefined]);
  });

  it("takes any answer in a text task", () => {
    expect(mapRows(table, mapping, { kind: "text" }).rows.map(({ answer }) => answer)).toEqual([
      "skin",
      "heart",
      "chest",
      "skin",
    ]);
  });

  it("refuses a column that is not there, and one column for both", () => {
    expect(() => mapRows(table, { input: "texts", answer: "label" }, { kind: "text" })).toThrow(
      'There is no column "texts"; the file has: id, text, label.',
    );
    expect(() => mapRows(table, { input: "text", answer: "text" }, { kind: "text" })).toThrow(
      "Input and answer must be different columns.",
    );
  });
});

describe("labelsOf", () => {
  it("counts trimmed non-empty answers, sorted by label", () => {
    expect(labelsOf(table, "label")).toEqual([
      { label: "chest", count: 1 },
      { label: "heart", count: 1 },
      { label: "skin", count: 3 },
    ]);
  });
});

describe("guessColumns", () => {
  const rows = (header: string, row: (i: number) => string) =>
    readTable(`${header}\n${Array.from({ length: 12 }, (_, i) => row(i)).join("\n")}\n`, "a.csv");

  it("takes the longest text as input and the column with few values as answer", () => {
    const guessed = guessColumns(
      rows("n,kind,remark,when", (i) => `${i},${i % 3 ? "good" : "bad"},a remark about case ${i},2026-01-0${i}`),
    );
    expect(guessed).toEqual({ input: "remark", answer: "kind" });
  });

  it("lets a telling name win over a longer column and over fewer values", () => {
    const guessed = guessColumns(
      rows(
        "Template,Content,Type,Level",
        (i) => `some much longer text ${i},shorter text ${i},RAS,${["low", "mid", "top"][i % 3]}`,
      ),
    );
    expect(guessed).toEqual({ input: "Content", answer: "Level" });
  });

  it("takes the column that has the agreed labels, however it is called and however they are written there", () => {
    const table = rows(
      "text,level,flag",
      (i) => `a message about disk ${i},${i % 3 ? "INFO" : "ERROR"},${i % 2 ? "Alert" : "-"}`,
    );
    expect(guessColumns(table)).toEqual({ input: "text", answer: "level" });
    expect(guessColumns(table, ["-", "alert"])).toEqual({ input: "text", answer: "flag" });
    expect(guessColumns(table, ["info", "error", "fatal"])).toEqual({ input: "text", answer: "level" });
    expect(guessColumns(table, ["north", "south"])).toEqual({ input: "text", answer: "level" });
  });

  it("takes what is left as the input where labels are the longest text", () => {
    const table = rows("what it is,code", (i) => `${i % 2 ? "a failure of the heart" : "a failure of the lung"},it ${i}`);
    expect(guessColumns(table, ["a failure of the heart", "a failure of the lung"])).toEqual({
      input: "code",
      answer: "what it is",
    });
  });

  it("finds no answer in a log file", () => {
    expect(guessColumns(readTable("one line\nanother line\n", "a.log"))).toEqual({ input: "line", answer: null });
  });
});
