import { describe, expect, it } from "vitest";
import { readTable } from "./readTable.ts";

const read = (value: unknown, name = "a.json") => readTable(typeof value === "string" ? value : JSON.stringify(value), name);
const values = (value: unknown, name = "a.json") => read(value, name).rows.map((row) => row.values);
const ROWS = [
  { text: "hello", label: "ham" },
  { text: "win, now", label: "spam" },
];

describe("JSON shapes", () => {
  it.each([
    ["a list", JSON.stringify(ROWS)],
    ["lines", ROWS.map((row) => JSON.stringify(row)).join("\n")],
    ["lines with commas", ROWS.map((row) => `${JSON.stringify(row)},`).join("\n")],
    ["objects one after the other on a line", ROWS.map((row) => JSON.stringify(row)).join(" ")],
    ["objects printed over several lines", ROWS.map((row) => JSON.stringify(row, null, 2)).join("\n")],
    ["objects over several lines with empty ones between", ROWS.map((row) => JSON.stringify(row, null, "\t")).join("\n\n")],
    ["objects over several lines with commas", ROWS.map((row) => JSON.stringify(row, null, 2)).join(",\n")],
    ["lists on lines", ROWS.map((row) => JSON.stringify([row])).join("\n")],
    ["pandas' columns", JSON.stringify({ text: { 0: "hello", 1: "win, now" }, label: { 0: "ham", 1: "spam" } })],
    ["pandas' columns, filtered", JSON.stringify({ text: { 7: "hello", 9: "win, now" }, label: { 7: "ham", 9: "spam" } })],
    ["pandas' index", JSON.stringify({ 0: ROWS[0], 1: ROWS[1] })],
    ["pandas' index of names", JSON.stringify({ anna: ROWS[0], bram: ROWS[1] })],
    ["pandas' split", JSON.stringify({ columns: ["text", "label"], index: [0, 1], data: ROWS.map(Object.values) })],
    ["pandas' table", JSON.stringify({ schema: { fields: [{ name: "text" }] }, data: ROWS })],
    ["lists of values", JSON.stringify({ text: ["hello", "win, now"], label: ["ham", "spam"] })],
    ["lists with names first", JSON.stringify([["text", "label"], ...ROWS.map(Object.values)])],
    ["data in an object", JSON.stringify({ version: 2, data: ROWS, meta: { tags: ["a"] } })],
    ["data in an object, over several lines", JSON.stringify({ version: 2, rows: ROWS }, null, 1)],
    ["data two objects deep", JSON.stringify({ response: { count: 2, examples: ROWS } })],
    ["one of several lists, by its name", JSON.stringify({ errors: [{ code: 1 }], data: ROWS })],
  ])("%s", (_, text) => {
    const table = read(text);
    expect(table.rows.map((row) => ({ text: row.values.text, label: row.values.label }))).toEqual(ROWS);
    expect(table.rejected).toEqual([]);
  });

  it("keeps the lines of the file", () => {
    const lines = (text: string) => read(text).rows.map(({ line }) => line);
    expect(lines(`{"data": [\n${ROWS.map((row) => JSON.stringify(row)).join(",\n")}\n]}`)).toEqual([2, 3]);
    expect(lines(ROWS.map((row) => JSON.stringify(row, null, 2)).join("\n"))).toEqual([1, 5]);
    expect(lines(JSON.stringify({ text: { 0: "a", 1: "b" } }))).toEqual([1, 2]);
  });

  it("lists of values without names have numbers for names", () => {
    expect(
      read([
        ["hello", "ham"],
        ["win", "spam"],
      ]).columns,
    ).toEqual(["column 1", "column 2"]);
  });

  it("refuses several lists by their names", () => {
    expect(() => read({ first: ROWS, second: ROWS })).toThrow('The file has several lists: "first", "second".');
  });

  it("reads a list that a member of it does not fit", () => {
    const table = read('{"data": [{"t": "a"}, 7, {"t": oops},\n{"t": "c"}]}');
    expect(table.rows.map(({ line }) => line)).toEqual([1, 2]);
    expect(table.rejected).toEqual([
      { line: 1, reason: ["noObject"] },
      { line: 1, reason: ["noJson"] },
    ]);
  });
});

describe("damaged JSON", () => {
  it("costs a line no more than itself", () => {
    const table = read('{"t":"a"}\n{"t":"b\n{"t":"c"}\n{"t":\n{"t":"d"}} oops\n{"t":"e"}\n', "a.jsonl");
    expect(table.rows.map(({ line }) => line)).toEqual([1, 3, 6]);
    expect(table.rejected).toEqual([2, 4, 5].map((line) => ({ line, reason: ["noJson"] })));
  });

  it("costs an object over several lines no more than itself", () => {
    const table = read('{\n "t": "a"\n}\n{\n "t": oops\n}\n{\n "t": "c"\n}\n');
    expect(table.rows.map(({ line }) => line)).toEqual([1, 7]);
    expect(table.rejected).toEqual([{ line: 4, reason: ["noJson"] }]);
  });

  it("takes linear time", () => {
    const began = performance.now();
    expect(() => read('{"t": [\n'.repeat(100_000), "a.jsonl")).toThrow("no row that can be read");
    read(`${'{"t": "open\n'.repeat(100_000)}{"t":"a"}`, "a.jsonl");
    read(`{"t":"a"}\n${"}{\n".repeat(100_000)}`, "a.jsonl");
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});

describe("values", () => {
  it("that are no JSON but that Python writes", () => {
    expect(values('{"t":"NaN stays","x":NaN,"y":Infinity,"z":[-Infinity, NaN]}\n{"t":"\\"NaN","x":1}', "a.jsonl")).toEqual([
      { t: "NaN stays", x: "", y: "Infinity", z: '["-Infinity",null]' },
      { t: '"NaN', x: "1", y: "", z: "" },
    ]);
    expect(values('[{"x": NaN}, {"x": -Infinity}]')).toEqual([{ x: "" }, { x: "-Infinity" }]);
  });

  it("numbers and booleans are their text", () => {
    expect(values([{ a: 1, b: 1.5, c: true, d: null }])).toEqual([{ a: "1", b: "1.5", c: "true", d: "" }]);
  });
});

describe("logs of objects", () => {
  it("are tables, whatever the ending", () => {
    expect(read('{"level":"info","msg":"a"}\n{"level":"warn","msg":"b"}\n', "x.log").columns).toEqual(["level", "msg"]);
  });
});
