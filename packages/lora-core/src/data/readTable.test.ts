import { describe, expect, it } from "vitest";
import { readTable } from "./readTable.ts";
import { MAX_CELL, MAX_ROWS } from "./table.ts";
import { TableError } from "./tableError.ts";

describe("readTable, delimited text", () => {
  it("reads quoted cells with separators, quotes and line ends, and counts lines through them", () => {
    const text = '\uFEFFid,text,label\r\n1,"red, itchy\r\nand ""dry""",skin\r\n\r\n2,cough,chest\r\n';
    expect(readTable(text, "a.csv")).toMatchObject({
      format: "csv",
      columns: ["id", "text", "label"],
      rows: [
        { line: 2, values: { id: "1", text: 'red, itchy\nand "dry"', label: "skin" } },
        { line: 5, values: { id: "2", text: "cough", label: "chest" } },
      ],
      rejected: [{ line: 4, reason: ["emptyLine"] }],
    });
  });

  it("rejects rows with a wrong number of fields, naming line and both counts", () => {
    const table = readTable("a,b,c\n1,2,3\n4,5\n6,7,8,9\n", "a.csv");
    expect(table.rows.map(({ line }) => line)).toEqual([2]);
    expect(table.rejected).toEqual([
      { line: 3, reason: ["fewerThanHeader", 2, 3] },
      { line: 4, reason: ["fewerThanHeader", 4, 3] },
    ]);
  });

  it("rejects a row whose quote is never closed and keeps the rows around it", () => {
    const table = readTable('a,b\n1,2\n3,"open\n5,6\n', "a.csv");
    expect(table.rows).toEqual([
      { line: 2, values: { a: "1", b: "2" } },
      { line: 4, values: { a: "5", b: "6" } },
    ]);
    expect(table.rejected).toEqual([{ line: 3, reason: ["unclosedQuote"] }]);
  });

  it("guesses a semicolon, and takes tabs in a TSV where commas are text", () => {
    expect(readTable("a;b\n1;2,5\n3;4,5\n", "a.csv").rows[0]?.values).toEqual({ a: "1", b: "2,5" });
    const tsv = readTable("text\tlabel\nred, itchy, dry\tskin\n", "a.tsv");
    expect(tsv).toMatchObject({ format: "tsv", rows: [{ line: 2, values: { text: "red, itchy, dry", label: "skin" } }] });
  });

  it("takes cells between tabs in a text file, as Excel saves it, also where a cell begins with a blank; a stack trace is none", () => {
    expect(readTable("text\tlabel\n it burns\tskin\nit aches\thead\n", "a.txt")).toMatchObject({
      format: "tsv",
      rows: [{ values: { label: "skin" } }, { values: { text: "it aches", label: "head" } }],
    });
    expect(readTable("failed\tbadly\n\tat a.b\n\tat c.d\n", "a.txt").format).toBe("text");
  });

  it("reads a CSV of a single column, and says that it has no answers", () => {
    const { rows, reading } = readTable("text\nfirst one\nsecond one\n", "a.csv");
    expect(rows.map(({ values }) => values.text)).toEqual(["first one", "second one"]);
    expect(reading.notices).toEqual([["noAnswers"]]);
    expect(readTable("one line\nanother\n", "a.log").reading.notices).toEqual([["noAnswers"]]);
    const talk = JSON.stringify({
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
      ],
    });
    expect(readTable(`${talk}\n${talk}\n`, "a.jsonl").reading.notices).toEqual([]);
  });

  it("names empty and repeated header cells", () => {
    expect(readTable(",text,text\n0,a,b\n", "a.csv").columns).toEqual(["column 1", "text", "text (2)"]);
  });

  it("rejects a cell above the limit and keeps one at it", () => {
    const table = readTable(`a,b\n1,${"x".repeat(MAX_CELL)}\n2,${"x".repeat(MAX_CELL + 1)}\n`, "a.csv");
    expect(table.rows.map(({ line }) => line)).toEqual([2]);
    expect(table.rejected).toEqual([{ line: 3, reason: ["tooLong", "b", 20001, 20000] }]);
  });
});

describe("readTable, JSON", () => {
  it("reads JSON Lines; columns are the union of the keys, nested values stay JSON", () => {
    const text = '{"q":"two\\nlines","a":1}\nnot json\n\n[1]\n{}\n{"q":null,"tags":["x"]}\n';
    expect(readTable(text, "a.jsonl")).toMatchObject({
      format: "jsonl",
      columns: ["q", "a", "tags"],
      rows: [
        { line: 1, values: { q: "two\nlines", a: "1", tags: "" } },
        { line: 6, values: { q: "", a: "", tags: '["x"]' } },
      ],
      rejected: [
        { line: 2, reason: ["noJson"] },
        { line: 3, reason: ["emptyLine"] },
        { line: 4, reason: ["noObject"] },
        { line: 5, reason: ["noFields"] },
      ],
    });
  });

  it("reads a JSON array over several lines, with brackets and quotes inside strings", () => {
    const text = '[\n  {\n    "t": "a ] \\" } b"\n  }, {"t": "c",\n "n": {"x": [1, 2]}},\n 7\n]\n';
    expect(readTable(text, "a.json")).toMatchObject({
      format: "json",
      columns: ["t", "n"],
      rows: [
        { line: 2, values: { t: 'a ] " } b', n: "" } },
        { line: 4, values: { t: "c", n: '{"x":[1,2]}' } },
      ],
      rejected: [{ line: 6, reason: ["noObject"] }],
    });
  });

  it("treats a key called __proto__ as data", () => {
    const [row] = readTable('{"__proto__":"x","t":"y"}\n', "a.jsonl").rows;
    expect(Object.entries(row?.values ?? {})).toEqual([
      ["__proto__", "x"],
      ["t", "y"],
    ]);
  });

  it("refuses an array that is never closed", () => {
    expect(() => readTable('[{"t":"a"}, {"t":"b"', "a.json")).toThrow(new TableError("UNREADABLE", ["openArray", 1]));
  });
});

describe("readTable, plain text and files as a whole", () => {
  it("reads a log file line by line and rejects empty lines", () => {
    const table = readTable("10:00 disk, ready\r\n\r\n10:01 disk, lost\r\n", "x.log");
    expect(table).toMatchObject({
      format: "text",
      columns: ["line"],
      rows: [
        { line: 1, values: { line: "10:00 disk, ready" } },
        { line: 3, values: { line: "10:01 disk, lost" } },
      ],
      rejected: [{ line: 2, reason: ["emptyLine"] }],
    });
  });

  it.each([
    ["a\tb\n1\t2\n", "tsv"],
    ["a,b\n1,2\n", "csv"],
    ['{"a":1}\n{"a":2}\n', "jsonl"],
    ['[{"a":1}]', "json"],
    ["[12:00] started, then stopped\nnothing more\n", "text"],
    ["just words\nand more\n", "text"],
  ])("recognises pasted text %j as %s", (text, format) => {
    expect(readTable(text, "pasted text").format).toBe(format);
  });

  it.each([
    ["", "EMPTY"],
    ["\uFEFF \n\n", "EMPTY"],
    ["a,b\n\u0001\u0002\u0003,\u0004\n", "BINARY"],
    ["\u0000\u0000\n", "EMPTY"],
    ["a,b\n", "EMPTY"],
    ["\uFFFD\uFFFDPNG\n\uFFFD", "BINARY"],
    ["a,b\n1,2,3\n", "UNREADABLE"],
    [`${Array.from({ length: 501 }, (_, i) => `c${i}`).join()}\n${"1,".repeat(500)}1\n`, "TOO_LARGE"],
  ])("refuses a file as a whole (case %#) with %s", (text, problem) => {
    expect(() => readTable(text, "a.csv")).toThrow(expect.objectContaining({ name: "TableError", code: "TABLE", problem }));
  });

  it("says which line was wrong when no row could be read", () => {
    expect(() => readTable("a,b\n1,2,3\n", "ward.csv")).toThrow(
      "ward.csv has no row that can be read. Line 2: the row has 3 fields, the header has 2.",
    );
  });

  it("says what to do with an archive, and with a workbook, which is one inside", () => {
    const archive = Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0);
    expect(() => readTable(archive, "rows.zip")).toThrow("rows.zip is a ZIP archive. Unpack it and choose the file inside.");
    expect(() => readTable(archive, "Ward B.XLSX")).toThrow("Ward B.XLSX is a workbook of a spreadsheet. Save the sheet");
  });

  it("refuses more rows than the limit", () => {
    expect(() => readTable("x\n".repeat(MAX_ROWS + 1), "a.log")).toThrow("a.log has 200001 rows; at most 200000 can be used.");
  });
});
