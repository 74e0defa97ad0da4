import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { describeWithSharedCases, sharedCasePath } from "../testing/sharedData.ts";
import { demoData } from "./clientData.ts";
import { type DemoOptions, parseOptions } from "./options.ts";

const WORDS = ["fan", "disk", "socket", "kernel", "login", "cache", "queue", "mirror", "sensor", "router"];
/** Texts that are no near-duplicates of each other: four words, different ones in every row. */
const textOf = (i: number) => [0, 1, 2, 3].map((digit) => `${WORDS[Math.floor(i / 10 ** digit) % 10]}${"abcd"[digit]}`).join(" ");
const csv = (from: number, count: number) =>
  [
    "text,level",
    ...Array.from({ length: count }, (_, i) => `${textOf(from + i)},${(from + i) % 3 === 0 ? "error" : "info"}`),
  ].join("\n");

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "duet-demo-data-"));
  await writeFile(join(folder, "ward-a.csv"), csv(0, 60));
  await writeFile(join(folder, "ward-b.csv"), csv(1000, 45));
});
afterAll(() => rm(folder, { recursive: true }));

/** What was printed. */
let printed: string[] = [];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => vi.restoreAllMocks());

const options = (...args: string[]) => parseOptions([...args, "--input", "text", "--label", "level"]) as DemoOptions;

describe("the demo's data", () => {
  it("deals a file out to the clients, every row once", async () => {
    const { task, clients } = await demoData(options("--data", join(folder, "ward-a.csv"), "--clients", "2", "--alpha", "5"));
    expect(task).toEqual({ kind: "label", labels: ["error", "info"] });
    expect(clients.map(({ name }) => name)).toEqual(["anna", "bram"]);
    const texts = clients.flatMap(({ rows }) => rows.map(({ input }) => input));
    expect(texts).toHaveLength(60);
    expect(new Set(texts).size).toBe(60);
  });

  it("takes a folder as one file per client, with the labels of all", async () => {
    const { clients } = await demoData(options("--data", folder, "--max-rows", "50"));
    expect(clients.map(({ name, rows }) => [name, rows.length])).toEqual([
      ["ward-a", 50],
      ["ward-b", 45],
    ]);
  });

  it("names the columns there are when one is missing", async () => {
    const missing = parseOptions(["--data", join(folder, "ward-a.csv"), "--input", "text", "--label", "grade"]) as DemoOptions;
    await expect(demoData(missing)).rejects.toThrow(/no column "grade"; it has: text, level/);
  });
});

describe("what the demo says of a file", () => {
  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const read = (path: string, ...args: string[]) =>
    demoData(parseOptions(["--data", path, "--clients", "1", "--input", "text", "--label", "level", ...args]) as DemoOptions);
  const rows = (count: number, label: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => `${textOf(i)};${label(i)}`).join("\n");

  it("is how it was read, which labels were respelled, and what was left out and why", async () => {
    const path = await file(
      "said.csv",
      `text;level\n${rows(60, (i) => (i === 3 ? "ERROR" : i % 2 === 0 ? "error" : "info"))}\n;info\n;info\na;b;c\n`,
    );
    const { clients } = await read(path);
    expect(clients[0]?.rows).toHaveLength(60);
    const text = printed.join("\n");
    expect(text).toContain("62 rows of CSV, encoding utf-8, separator semicolon, header yes, quotes yes");
    expect(text).toContain('1 × "ERROR" was read as the label "error"');
    expect(text).toContain("60 rows used, 3 left out:");
    expect(text).toContain("2 × text is empty (lines 62, 63)");
    expect(text).toContain("1 × the row has 3 fields, the header has 2 (line 64)");
  });

  it("follows the options", async () => {
    const latin = await file(
      "latin.csv",
      Uint8Array.from([...`M\u00fcde|level\n${rows(60, (i) => `l${i % 2}`).replaceAll(";", "|")}`].map((c) => c.charCodeAt(0))),
    );
    const args = ["--encoding", "iso8859-15", "--separator", "bar", "--header", "no", "--quotes", "no"];
    const options = ["--data", latin, "--clients", "1", "--input", "column 1", "--label", "column 2", ...args];
    // The header is a row here, and so its label is one of three.
    expect((await demoData(parseOptions(options) as DemoOptions)).task).toEqual({ kind: "label", labels: ["l0", "l1", "level"] });
    expect(printed.join("\n")).toContain("encoding iso-8859-15, separator bar, header no, quotes no");
    const exact = await file("exact.csv", `text;level\n${rows(60, (i) => (i % 2 === 0 ? "a" : "A"))}`);
    expect((await read(exact, "--match-case")).task).toEqual({ kind: "label", labels: ["A", "a"] });
  });

  it("joins columns by a template, and keeps conversations", async () => {
    const lines = Array.from({ length: 60 }, (_, i) => ({ text: textOf(i), more: `detail ${"xyz"[i % 3]}`, level: `l${i % 2}` }));
    const path = await file("more.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
    const { clients } = await demoData(
      parseOptions(["--data", path, "--clients", "1", "--input", "{text}\\n({more})", "--label", "level"]) as DemoOptions,
    );
    expect(clients[0]?.rows.find(({ line }) => line === 2)?.input).toBe(`${textOf(1)}\n(detail y)`);
    const chats = lines.map(({ text, level }) => ({
      messages: [
        { role: "system", content: "Sort it." },
        { role: "user", content: text },
        { role: "assistant", content: level },
      ],
    }));
    const chat = await file("chat.jsonl", chats.map((line) => JSON.stringify(line)).join("\n"));
    const talk = await demoData(
      parseOptions(["--data", chat, "--clients", "1", "--input", "messages", "--label", "messages"]) as DemoOptions,
    );
    expect(talk.task).toEqual({ kind: "label", labels: ["l0", "l1"] });
    expect(talk.clients[0]?.rows.find(({ line }) => line === 1)?.turns).toEqual(chats[0]?.messages.slice(0, 2));
  });

  it("is a sentence for a file that is missing, no table, or has no labels", async () => {
    await expect(read(join(folder, "absent.csv"))).rejects.toThrow(/^There is no file or folder .*absent\.csv\.$/);
    await expect(read(await file("book.xlsx", "PK\x03\x04"))).rejects.toThrow("workbook of a spreadsheet");
    const log = await file("app.log", "10:00 up\n10:01 down\n");
    await expect(read(log)).rejects.toThrow(/has no column "level"; it has: line\. This file has no answers/);
    const many = await file(
      "many.csv",
      `text;level;kind\n${Array.from({ length: 300 }, (_, i) => `${textOf(i)};${i};k${i % 3}`).join("\n")}`,
    );
    await expect(read(many)).rejects.toThrow(
      'The column "level" is no column of labels: it has 300 different values; there must be 2 to 200 of at most 120 characters. It could be one of: kind.',
    );
    await expect(read(await file("one.csv", `text;level\n${rows(60, () => "x")}`))).rejects.toThrow("it has only one value");
    expect(() => parseOptions(["--encoding", "klingon"])).toThrow('There is no encoding "klingon"');
    expect(() => parseOptions(["--header", "maybe"])).toThrow(/--header/);
  });
});

describeWithSharedCases("the demo on the shared cases", () => {
  it.each([
    ["01-excel-sep-line/comma.csv", "text", "label", 40],
    ["01-excel-sep-line/export2.csv", "text", "label", 40],
    ["01-excel-sep-line/export3.csv", "text", "label", 40],
    ["03-latin1-accents/beschwerden.csv", "text", "label", 40],
    ["03-latin1-accents/demo.csv", "text", "label", 160],
    ["04-utf16-excel/powershell.csv", "text", "label", 40],
    ["05-tsv-literal-quotes/headerless.tsv", "column 2", "column 1", 40],
    ["05-tsv-literal-quotes/messages.tsv", "text", "label", 40],
    ["06-chat-messages-jsonl/chat.jsonl", "messages", "messages", 40],
    ["06-chat-messages-jsonl/sharegpt.json", "conversations", "conversations", 40],
    ["08-json-shapes/frame.json", "text", "label", 40],
    ["09-labels/mixed.csv", "text", "label", 40],
    ["09-labels/numbers.csv", "text", "label", 40],
    ["09-labels/space_after_comma.csv", "text", "label", 40],
    ["19-labels-all-mismatch/caps.csv", "text", "label", 40],
  ])("reads %s and deals it out", async (path, input, label, count) => {
    const { clients } = await demoData(
      parseOptions(["--data", sharedCasePath(path), "--input", input, "--label", label]) as DemoOptions,
    );
    const rows = clients.flatMap((client) => client.rows);
    expect(rows).toHaveLength(count);
    expect(rows.map(({ input: text, answer }) => `${text}${answer}`).join("")).not.toContain("\ufffd");
    expect(printed.join("\n")).toContain(`${count} rows used, 0 left out`);
    // Without being told, it finds the same columns.
    expect((await demoData(parseOptions(["--data", sharedCasePath(path)]) as DemoOptions)).clients).toEqual(clients);
    expect(printed.join("\n")).toContain(`"${input}" is the input, "${label}" the answer; --input and --label choose others`);
  });

  it("says why texts that are all alike cannot be dealt out, and that log lines have no answers", async () => {
    const run = (path: string) =>
      demoData(parseOptions(["--data", sharedCasePath(path), "--input", "text", "--label", "label"]) as DemoOptions);
    await expect(run("03-latin1-accents/late.csv")).rejects.toThrow("groups of near-duplicates");
    await expect(run("20-log-ansi-stacktrace/app.log")).rejects.toThrow("This file has no answers");
    const guessed = demoData(parseOptions(["--data", sharedCasePath("20-log-ansi-stacktrace/app.log")]) as DemoOptions);
    await expect(guessed).rejects.toThrow(/--label COLUMN names it\. It has: line\. This file has no answers/);
  });
});
