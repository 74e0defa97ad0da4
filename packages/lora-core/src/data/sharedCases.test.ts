/** Small inputs that people have, beside the repository: each is read as its README says is right. */
import { expect, it } from "vitest";
import { describeWithSharedCases, readSharedCase } from "../../../../tools/testing/sharedData.ts";
import { guessColumns } from "./guessColumns.ts";
import { labelsOf } from "./labelsOf.ts";
import { mapRows } from "./mapRows.ts";
import { readTable } from "./readTable.ts";
import type { Task } from "./task.ts";

const read = (path: string) => readTable(readSharedCase(path), path);
const HAM_SPAM: Task = { kind: "label", labels: ["ham", "spam"] };

describeWithSharedCases("shared cases", () => {
  it.each([
    ["01-excel-sep-line/comma.csv", ["text", "label"], ","],
    ["01-excel-sep-line/export2.csv", ["text", "label"], ";"],
    ["01-excel-sep-line/export3.csv", ["id", "text", "label"], ";"],
  ])("%s: the first line names the separator", (path, columns, separator) => {
    const table = read(path);
    expect(table).toMatchObject({ columns, rejected: [], reading: { separator } });
    expect([table.rows.length, table.rows[0]?.line]).toEqual([40, 3]);
  });

  it.each(["beschwerden.csv", "demo.csv", "late.csv"])("03-latin1-accents/%s is windows-1252, and that is said", (name) => {
    const { rows, rejected, reading } = read(`03-latin1-accents/${name}`);
    expect(rejected).toEqual([]);
    expect(reading.encoding).toBe("windows-1252");
    expect(reading.notices).toContainEqual(["windows1252"]);
    expect(JSON.stringify(rows)).not.toContain("\ufffd");
    expect(JSON.stringify(rows)).toMatch(/[äöüéèß]/);
  });

  it("04-utf16-excel is decoded", () => {
    expect(read("04-utf16-excel/powershell.csv")).toMatchObject({ rejected: [], reading: { encoding: "utf-16le" } });
    expect(read("04-utf16-excel/powershell.csv").rows).toHaveLength(40);
  });

  it("05-tsv-literal-quotes is read as written, with and without a header", () => {
    const messages = read("05-tsv-literal-quotes/messages.tsv");
    expect([messages.rows.length, messages.rejected.length]).toEqual([40, 0]);
    expect(messages.rows.map(({ values }) => values.text)).toContain('"So" she said and left');
    const headerless = read("05-tsv-literal-quotes/headerless.tsv");
    expect(headerless).toMatchObject({ columns: ["column 1", "column 2"], rejected: [], reading: { header: false } });
    expect(headerless.rows).toHaveLength(40);
  });

  it.each([
    ["06-chat-messages-jsonl/chat.jsonl", 1],
    ["06-chat-messages-jsonl/sharegpt.json", 0],
  ])("%s: the last turn of the assistant is the answer", (path, systems) => {
    const table = read(path);
    const { rows, rejected } = mapRows(table, guessColumns(table) as { input: string; answer: string }, HAM_SPAM);
    expect([rows.length, rejected.length]).toEqual([40, 0]);
    expect(rows[0]).toMatchObject({ input: expect.stringContaining("See you at the gym around 0"), answer: "ham" });
    expect((rows[0]?.turns ?? []).filter(({ role }) => role === "system")).toHaveLength(systems);
  });

  it("08-json-shapes is the rows of the frame", () => {
    expect(read("08-json-shapes/frame.json").rows[39]).toMatchObject({
      line: 40,
      values: { label: expect.stringMatching(/ham|spam/) },
    });
  });

  it.each(["09-labels/mixed.csv", "09-labels/space_after_comma.csv", "19-labels-all-mismatch/caps.csv"])(
    "%s: labels match",
    (path) => {
      const { rows, rejected } = mapRows(read(path), { input: "text", answer: "label" }, HAM_SPAM);
      expect([rows.length, rejected.length]).toEqual([40, 0]);
      expect(new Set(rows.map(({ answer }) => answer))).toEqual(new Set(["ham", "spam"]));
    },
  );

  it("09-labels/numbers.csv has numbers for labels", () => {
    expect(labelsOf(read("09-labels/numbers.csv"), "label").map(({ label }) => label)).toEqual(["0", "1"]);
  });

  it("20-log-ansi-stacktrace is messages without codes, each with its trace, and the want of answers is said", () => {
    const { rows, reading } = read("20-log-ansi-stacktrace/app.log");
    const text = rows.map(({ values }) => values.line ?? "");
    expect(text.join()).not.toContain("\u001b");
    expect(text.filter((message) => message.includes("ERROR"))).toEqual(
      [0, 3, 6, 9].map((job) =>
        expect.stringMatching(new RegExp(`ERROR job ${job} failed\\nTraceback[^]*ValueError: bad step ${job}$`)),
      ),
    );
    expect(text.filter((message) => message.startsWith("Traceback"))).toEqual([]);
    expect(reading.notices).toContainEqual(["noAnswers"]);
  });
});
