import { describe, expect, it } from "vitest";
import { guessColumns } from "./guessColumns.ts";
import { labelsOf } from "./labelsOf.ts";
import { mapRows } from "./mapRows.ts";
import { readTable } from "./readTable.ts";
import { questionReader } from "./rowReader.ts";

const TEXT = { kind: "text" } as const;
const tableOf = (...rows: readonly unknown[]) => readTable(rows.map((row) => JSON.stringify(row)).join("\n"), "a.jsonl");
const system = { role: "system", content: "Sort it." };
const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
const chat = (...messages: readonly unknown[]) => ({ messages });

describe("conversations", () => {
  const both = { input: "messages", answer: "messages" };
  const rowsOf = (...rows: readonly unknown[]) => mapRows(tableOf(...rows), both, TEXT);

  it("give the last turn of the assistant as the answer, and what precedes it as turns", () => {
    const { rows } = rowsOf(
      chat(system, user("hello"), assistant("ham")),
      chat(user("a"), assistant("b"), user("c"), assistant("d")),
    );
    expect(rows).toEqual([
      { line: 1, input: "Sort it.\n\nhello", turns: [system, user("hello")], answer: "ham" },
      { line: 2, input: "User: a\n\nAssistant: b\n\nUser: c", turns: [user("a"), assistant("b"), user("c")], answer: "d" },
    ]);
  });

  it("of one question are rows like any other", () => {
    expect(rowsOf(chat(user(" hello "), assistant("ham"))).rows).toEqual([{ line: 1, input: "hello", answer: "ham" }]);
  });

  it("may come from ShareGPT, be a list alone, and go on after the answer", () => {
    const share = tableOf({
      conversations: [
        { from: "human", value: "hi" },
        { from: "gpt", value: "ham" },
        { from: "human", value: "thanks" },
      ],
    });
    expect(mapRows(share, guessColumns(share) as never, TEXT).rows).toEqual([{ line: 1, input: "hi", answer: "ham" }]);
    const lists = readTable(
      `${JSON.stringify([user("hi"), assistant("a")])}\n${JSON.stringify([user("ho"), assistant("b")])}\n`,
      "a.jsonl",
    );
    expect(mapRows(lists, both, TEXT).rows.map(({ answer }) => answer)).toEqual(["a", "b"]);
    const nested = readTable(
      JSON.stringify([
        [user("hi"), assistant("a")],
        [user("ho"), assistant("b")],
      ]),
      "a.json",
    );
    expect(mapRows(nested, both, TEXT).rows).toHaveLength(2);
  });

  it("may have parts, developers, and several turns of one role", () => {
    const parts = [
      { type: "text", text: "look" },
      { type: "image_url", image_url: {} },
      { type: "text", text: "here" },
    ];
    expect(
      rowsOf(chat({ role: "developer", content: "Be brief." }, user(parts), user("now"), assistant("ok"))).rows[0]?.turns,
    ).toEqual([{ role: "system", content: "Be brief." }, user("look\nhere\n\nnow")]);
  });

  it("are refused one by one where they have no question, no answer, or a tool's turn", () => {
    const { rejected } = rowsOf(
      chat(user("a"), assistant("b")),
      chat(assistant("hello")),
      chat(user("anyone?")),
      chat(user("a"), { role: "tool", content: "42" }, assistant("b")),
    );
    expect(rejected).toEqual([
      { line: 2, reason: ["nothingBefore"] },
      { line: 3, reason: ["noAssistant"] },
      { line: 4, reason: ["unknownRole", "tool"] },
    ]);
  });

  it("can be the input of another column's answer, and prompt and completion", () => {
    const labelled = tableOf(
      { messages: [system, user("hi"), assistant("a")], label: "x" },
      { messages: [user("ho")], label: "y" },
    );
    expect(mapRows(labelled, { input: "messages", answer: "label" }, TEXT).rows).toMatchObject([
      { turns: [system, user("hi"), assistant("a")], answer: "x" },
      { input: "ho", answer: "y" },
    ]);
    const pairs = tableOf({ prompt: [user("hi")], completion: [assistant("there")] });
    expect(guessColumns(pairs)).toEqual({ input: "prompt", answer: "completion" });
    expect(mapRows(pairs, { input: "prompt", answer: "completion" }, TEXT).rows).toEqual([
      { line: 1, input: "hi", answer: "there" },
    ]);
  });

  it("are proposed, and have labels", () => {
    const table = tableOf(
      chat(user("a"), assistant("ham")),
      chat(user("b"), assistant("Spam")),
      chat(user("c"), assistant("ham")),
    );
    expect(guessColumns(table)).toEqual(both);
    expect(labelsOf(table, "messages").map(({ label, count }) => [label, count])).toEqual([
      ["Spam", 1],
      ["ham", 2],
    ]);
  });
});

describe("what a row asks", () => {
  it("leaves the answer out, and joins columns", () => {
    const table = tableOf(chat(system, user("a"), assistant("ham")), chat(user("b")));
    expect(table.rows.map(questionReader(table, "messages"))).toEqual(["Sort it.\n\na", "b"]);
    const plain = tableOf({ a: " x ", b: "y" }, { a: "", b: "" });
    expect(plain.rows.map(questionReader(plain, "{a} {b}"))).toEqual(["x y", ""]);
  });
});

describe("several columns as one input", () => {
  const alpaca = tableOf(
    { instruction: "Sort it.", input: "hello", output: "ham" },
    { instruction: "Say hi.", input: "", output: "hi" },
    { instruction: "", input: "", output: "x" },
  );

  it("are proposed for Alpaca and its kin", () => {
    expect(guessColumns(alpaca)).toEqual({ input: "{instruction}\n\n{input}", answer: "output" });
    const dolly = tableOf({ instruction: "a", context: "b", response: "c", category: "d" });
    expect(guessColumns(dolly)).toEqual({ input: "{instruction}\n\n{context}", answer: "response" });
    expect(guessColumns(tableOf({ instruction: "a", input: "", output: "b" })).input).toBe("instruction");
  });

  it("are joined by the template", () => {
    const { rows, rejected } = mapRows(alpaca, { input: "{instruction}\n\n{input}", answer: "output" }, TEXT);
    expect(rows.map(({ input }) => input)).toEqual(["Sort it.\n\nhello", "Say hi."]);
    expect(rejected).toEqual([{ line: 3, reason: ["allEmpty", "instruction, input"] }]);
  });

  it("must leave the answer out", () => {
    expect(() => mapRows(alpaca, { input: "{instruction} {output}", answer: "output" }, TEXT)).toThrow(
      "The template has the answer in it: leave out {output}.",
    );
  });
});
