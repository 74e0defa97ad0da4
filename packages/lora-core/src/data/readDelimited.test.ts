import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTable } from "./readTable.ts";
import type { TableOptions } from "./tableOptions.ts";
import { writeCsv } from "./writeCsv.ts";

const read = (text: string, name = "a.csv", options: Partial<TableOptions> = {}) => readTable(text, name, options);
const cells = (text: string, name = "a.csv", options: Partial<TableOptions> = {}) => {
  const { columns, rows } = read(text, name, options);
  return rows.map(({ values }) => columns.map((column) => values[column]));
};
const lines = (text: string, name = "a.csv") => read(text, name).rows.map(({ line }) => line);

describe("Excel's first line", () => {
  it.each([
    ["sep=;\ntext;label\na, b;x\n", ";"],
    ["SEP=;\r\ntext;label\r\na, b;x\r\n", ";"],
    ["\ufeffsep=;\ntext;label\na, b;x\n", ";"],
    ['"sep=;"\ntext;label\na, b;x\n', ";"],
    ["sep=;;;\ntext;label\na, b;x\n", ";"],
    ['sep=,\ntext,label\n"a, b",x\n', ","],
    ["sep=\t\ntext\tlabel\na, b\tx\n", "\t"],
    ["sep=\\t\ntext\tlabel\na, b\tx\n", "\t"],
    ["sep=|\ntext|label\na, b|x\n", "|"],
    ["sep=^\ntext^label\na, b^x\n", "^"],
  ])("%j names the separator, is no row, and counts as a line", (text, separator) => {
    const table = read(text);
    expect(table).toMatchObject({ columns: ["text", "label"], rejected: [], reading: { separator } });
    expect(table.rows).toEqual([{ line: 3, values: { text: "a, b", label: "x" } }]);
  });

  it("is no match for what the options say, but is still no row", () => {
    expect(read("sep=,\ntext;label\na, b;x\n", "a.csv", { separator: ";" }).rows).toEqual([
      { line: 3, values: { text: "a, b", label: "x" } },
    ]);
  });
});

describe("the separator", () => {
  it("is the one that gives consistent columns, when another is as frequent", () => {
    expect(cells("amount;price\n1,5;2,5\n3,5;4,5\n")).toEqual([
      ["1,5", "2,5"],
      ["3,5", "4,5"],
    ]);
    expect(cells("amount, net;price, net\n1,5;2,5\n3,5;4,5\n")).toHaveLength(2);
    expect(read("x,y;z\n1,5;2\n2,5;3\n").reading.separator).toBe(";");
    expect(read("a|b\none, two|x\none, two|y\none|z\n").reading.separator).toBe("|");
    expect(read("text;label\nYes, you;ham\nNo, me;ham\nOh, dear, no;spam\n").reading.separator).toBe(";");
    expect(read("text\tlabel\nYes, you\tham\nNo, me\tham\n").reading.separator).toBe("\t");
  });

  it("can be said, also of a text file and also one of two characters", () => {
    expect(cells("a;b,c\n1;2,3\n", "a.csv", { separator: ";" })).toEqual([["1", "2,3"]]);
    expect(cells("text::label\none, two::x\n", "a.txt", { separator: "::" })).toEqual([["one, two", "x"]]);
    expect(() => read("a,b\n", "a.csv", { separator: '"' })).toThrow();
  });

  it("is none where there is one column, whose commas are text", () => {
    const table = read("text\nfirst, one\nsecond one\nthird, a, b\n");
    expect(table).toMatchObject({ columns: ["text"], rejected: [], reading: { separator: null } });
    expect(table.rows.map(({ values }) => values.text)).toEqual(["first, one", "second one", "third, a, b"]);
  });

  it("of a .tsv without tabs is found as in a CSV", () => {
    expect(cells("text,label\na,x\nb,y\n", "a.tsv")).toEqual([
      ["a", "x"],
      ["b", "y"],
    ]);
  });
});

describe("a quote that never closes", () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => `${i},"text, number ${i}",x`);

  it("costs no more than its own row", () => {
    const [first = "", ...rest] = rows(20);
    const table = read(["id,text,label", first, '99,"open, and never closed,x', ...rest].join("\n"));
    expect(table.rejected).toEqual([{ line: 3, reason: ["unclosedQuote"] }]);
    expect(table.rows).toHaveLength(20);
    expect(table.rows.at(-1)).toMatchObject({ line: 22, values: { id: "19", text: "text, number 19" } });
  });

  it("costs no more when it is the last, when there are many, and when all cells are quoted", () => {
    expect(read(["id,text,label", ...rows(5), '99,"open'].join("\n")).rows).toHaveLength(5);
    const many = read(["id,text,label", ...rows(5).flatMap((row) => [row, '9,"open,x'])].join("\n"));
    expect([many.rows.length, many.rejected.length]).toEqual([5, 5]);
    const quoted = read('"id","text"\n"1","a"\n"2","open\n"3","b"\n"4","c"\n');
    expect(quoted.rows.map(({ line }) => line)).toEqual([2, 4, 5]);
    expect(quoted.rejected).toEqual([{ line: 3, reason: ["unclosedQuote"] }]);
  });

  it("does not take rows with it up to a quote that closes by chance", () => {
    const open = ["id,text,label", '1,"lost,x', ...rows(1), "2,b,x", "3,c,x", "4,d,x", '5,e,6"', "7,f,x"].join("\n");
    expect(read(open).rejected.map(({ line }) => line)).toEqual([2]);
    const tsv = read('label\ttext\nham\t"lost\nspam\tb\nham\ta 5"\nspam\tc\n', "a.tsv");
    expect(tsv.rows.map(({ values }) => values.text)).toEqual(['"lost', "b", 'a 5"', "c"]);
  });

  it("leaves cells of several lines alone", () => {
    const text = 'text,label\n"Hello, you\nBye",ham\n"one\n\ntwo, three\nfour",spam\nlast,ham\n';
    expect(cells(text)).toEqual([
      ["Hello, you\nBye", "ham"],
      ["one\n\ntwo, three\nfour", "spam"],
      ["last", "ham"],
    ]);
    expect(lines(text)).toEqual([2, 4, 8]);
  });
});

describe("quotes that are plain characters", () => {
  const tsv = 'label\ttext\nham\t"Are you there yet\nspam\t"So" she said and left\nham\ta 5" pipe and a 6" one\nham\t"whole"\n';

  it("are read as written in a TSV, and that is said", () => {
    const table = read(tsv, "a.tsv");
    expect(table.rejected).toEqual([]);
    expect(table.rows.map(({ values }) => values.text)).toEqual([
      '"Are you there yet',
      '"So" she said and left',
      'a 5" pipe and a 6" one',
      '"whole"',
    ]);
    expect(table.reading).toMatchObject({ quotes: false, notices: [["plainQuotes"]] });
  });

  it("are read as written in a CSV where they mark nothing", () => {
    const csv = tsv.replaceAll("\t", ",");
    expect(read(csv).rows.map(({ values }) => values.text)).toContain('"Are you there yet');
  });

  it("can be said either way", () => {
    expect(cells('a\tb\n"x"\t1\n', "a.tsv", { quotes: false })).toEqual([['"x"', "1"]]);
    expect(cells('a\tb\n"x"\t1\n', "a.tsv")).toEqual([["x", "1"]]);
    expect(read(tsv, "a.tsv", { quotes: true }).rejected).toEqual([{ line: 2, reason: ["unclosedQuote"] }]);
  });

  it("mark cells in a TSV that Excel wrote", () => {
    expect(cells('text\tlabel\n"two\nlines"\tx\n"say ""hi"""\ty\n', "a.tsv")).toEqual([
      ["two\nlines", "x"],
      ['say "hi"', "y"],
    ]);
  });
});

describe("damage whose meaning is clear", () => {
  it("a title above the header, with empty lines and commas", () => {
    for (const title of [
      "Report of March",
      "Report of March,,",
      "Report, 2026",
      "Report\n\nprinted today",
      "Report of March,,\n,,",
    ]) {
      const table = read(`${title}\nid,text,label\n1,hello,ham\n2,bye,spam\n3,well,ham\n`);
      expect(table).toMatchObject({ columns: ["id", "text", "label"], rejected: [] });
      expect(table.rows[0]).toMatchObject({ line: title.split("\n").length + 2 });
      expect(table.reading.notices[0]?.[0]).toMatch(/^titleLines?$/);
    }
  });

  it("a separator at the end of every line, of the rows only, of the header only", () => {
    for (const text of ["a,b,\n1,2,\n3,4,\n", "a,b\n1,2,\n3,4,\n", "a,b,\n1,2,\n3,4,\n", "a,b,,\n1,2,,\n3,4,,\n"]) {
      expect(read(text)).toMatchObject({ columns: ["a", "b"], rejected: [] });
      expect(cells(text)).toEqual([
        ["1", "2"],
        ["3", "4"],
      ]);
    }
    expect(read("a,b,\n1,2,x\n").columns).toEqual(["a", "b", "column 3"]);
  });

  it("a blank after the comma before a quote, and blanks behind one", () => {
    expect(cells('"text", "label"\n"one, two", "ham"\n"three" , "spam" \n')).toEqual([
      ["one, two", "ham"],
      ["three", "spam"],
    ]);
    expect(read('"text", "label"\n"one", "ham"\n').columns).toEqual(["text", "label"]);
  });

  it("quotes escaped with a backslash", () => {
    const text = [
      "text,label",
      '"He said \\"hi\\", ok",x',
      '"ends with \\"quotes\\"",y',
      '"a path C:\\dir\\",z',
      '"a backslash \\\\",w',
      '"She: \\", no",v',
    ];
    expect(cells(text.join("\n"))).toEqual([
      ['He said "hi", ok', "x"],
      ['ends with "quotes"', "y"],
      ["a path C:\\dir\\", "z"],
      ["a backslash \\\\", "w"],
      ['She: ", no', "v"],
    ]);
  });

  it("quotes that should have been doubled", () => {
    expect(cells('text,label\n"one, two",x\n"a "quoted" word, here",y\n"three, four",z\n')[1]).toEqual([
      'a "quoted" word, here',
      "y",
    ]);
  });

  it("commas of a sentence that should have been quoted", () => {
    const table = read("text,label\nplain,ham\nyes, you, there,spam\n");
    expect(table.rows[1]?.values).toEqual({ text: "yes, you, there", label: "spam" });
    expect(table.reading.notices).toEqual([["joined", 1]]);
    expect(read("text, label\nplain, ham\nyes, you, spam\n").rejected).toHaveLength(1);
  });

  it("a NUL", () => {
    const table = read("a,b\nte\0xt,x\n\0,y\n");
    expect(cells("a,b\nte\0xt,x\n\0,y\n")).toEqual([
      ["text", "x"],
      ["", "y"],
    ]);
    expect(table.reading.notices).toEqual([["nulls", 2]]);
  });

  it("row names as R writes them, without a name for their column", () => {
    expect(read('"text","label"\n"1","hello","ham"\n"2","bye","spam"\n"3","well","ham"\n')).toMatchObject({
      columns: ["column 1", "text", "label"],
      rejected: [],
      reading: { header: true },
    });
  });

  it("a header that is repeated where files were joined", () => {
    expect(read("a,b\n1,2\na,b\n3,4\n")).toMatchObject({ rejected: [{ line: 3, reason: ["headerAgain"] }] });
  });

  it("line ends of every kind, a last line without one, and empty lines", () => {
    for (const end of ["\n", "\r\n", "\r", "\r\r\n"]) {
      expect(cells(`a,b${end}1,2${end}3,4`)).toEqual([
        ["1", "2"],
        ["3", "4"],
      ]);
    }
    expect(read("a;b\n1;2\n;\n\n3;4\n").rejected).toEqual([
      { line: 3, reason: ["emptyLine"] },
      { line: 4, reason: ["emptyLine"] },
    ]);
  });
});

describe("ragged rows", () => {
  it("are refused one by one, with line and both counts", () => {
    const table = read("a,b,c\n1,2,3\n4,5\n6,7,8,9\n\n7,8,9,\n");
    expect(table.rows.map(({ line }) => line)).toEqual([2, 6]);
    expect(table.rejected).toEqual([
      { line: 3, reason: ["fewerThanHeader", 2, 3] },
      { line: 4, reason: ["fewerThanHeader", 4, 3] },
      { line: 5, reason: ["emptyLine"] },
    ]);
  });
});

describe("the first line", () => {
  const plain = "ham\thello\nspam\twin now\nham\tbye\nspam\tfree\nham\twell\n";

  it("is a row when its values come again below, and that is said", () => {
    const table = read(plain, "a.tsv");
    expect(table).toMatchObject({ columns: ["column 1", "column 2"], reading: { header: false } });
    expect(table.rows[0]).toEqual({ line: 1, values: { "column 1": "ham", "column 2": "hello" } });
    expect(table.reading.notices).toHaveLength(1);
    expect(read("1,hello,good\n2,bye,bad\n3,well,good\n4,so,bad\n").reading.header).toBe(false);
  });

  it("has names where it is not sure", () => {
    expect(read("hello,ham\nbye,spam\n").reading.header).toBe(true);
    expect(read("0,1\nhello,0\nbye,1\nwell,1\noh,1\nso,0\n").reading.header).toBe(true);
    expect(read("2019,2020\n1,2\n3,4\n5,6\n").reading.header).toBe(true);
  });

  it("can be said either way", () => {
    expect(cells("a,b\n1,2\n", "a.csv", { header: false })).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    expect(read(plain, "a.tsv", { header: true }).columns).toEqual(["ham", "hello"]);
  });

  it("may repeat names or leave them empty", () => {
    expect(read(",text,text,text (2)\n0,a,b,c\n").columns).toEqual(["column 1", "text", "text (2)", "text (2) (2)"]);
  });

  it("alone is no table", () => {
    expect(() => read("text,label\n", "ward.csv")).toThrow("ward.csv has the names of columns (text, label) and no rows.");
  });
});

it("reads back what writeCsv wrote", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "b", " ", ",", ";", "\t", '"', "\n", "\\", "é") });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }), (rows) => {
      const kept = rows.map(([a, b, c], index) => [`row ${index}`, a, b, c]);
      const table = readTable(writeCsv(["name", "one", "two", "three"], kept), "a.csv", {
        separator: ",",
        header: true,
        quotes: true,
      });
      expect(table.rejected).toEqual([]);
      const marked = kept.map((row) => row.map((text) => (/^[\t\n]/.test(text ?? "") ? `'${text}` : text)));
      expect(table.rows.map(({ values }) => Object.values(values))).toEqual(marked);
    }),
    { numRuns: 500 },
  );
});

describe("time", () => {
  const seconds = (text: string, name = "a.csv") => {
    const began = performance.now();
    try {
      read(text, name);
    } catch {
      // Too large counts too.
    }
    return (performance.now() - began) / 1000;
  };
  /** Far beyond what a linear reading takes, far below a quadratic one. */
  const LIMIT_S = 30;

  it.each([
    ["one line of a million cells", "a,".repeat(1_000_000)],
    ["a million quoted cells in one line", '"a",'.repeat(1_000_000)],
    ["quotes that never close", `a,b\n${'1,"open\n'.repeat(300_000)}`],
    ["quotes that close a line later", `a,b\n${'1,"\n'.repeat(300_000)}`],
    ["doubled quotes after one that never closes", `a,b\n1,"open\n${'x""y,2\n'.repeat(300_000)}`],
    ["backslashes", `a,b\n${'"\\\\\\"x\\",1\n'.repeat(200_000)}`],
    ["one cell of ten megabytes", `a,b\n1,"${"x,".repeat(5_000_000)}"\n`],
    ["blanks", `a,b\n1,"${" ".repeat(3_000_000)}\n`],
  ])("is linear: %s", (_, text) => {
    expect(seconds(text)).toBeLessThan(LIMIT_S);
  });
});
