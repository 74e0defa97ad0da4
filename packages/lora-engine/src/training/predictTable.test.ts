import type { AnswerEngine } from "@duet/lora-core/contract/answering";
import { readTable } from "@duet/lora-core/data/readTable";

import { expect, test } from "vitest";
import { predictTable } from "./predictTable.ts";

/** Longer inputs are surer of the second label. */
const engine: Omit<AnswerEngine, "measureRecognition" | "mistakenRows"> = {
  async predict(inputs, adapter) {
    return inputs.map(({ length }) => {
      const second = Math.min(1, adapter === "served" ? length / 10 : 0);
      return { label: second > 0.5 ? 1 : 0, probabilities: [1 - second, second] };
    });
  },
  async write({ input }, onText) {
    for (const word of input.split(" ")) onText(` ${word.toUpperCase()}`);
  },
  measureFusion: async () => ({ loss: 1, accuracy: 1 }),
  stopAnswering: async () => {},
};
const adapter = "served";
const table = readTable('id,text\n1,"one, two"\n2,three words here\n', "rows.csv");

test("a table keeps its columns and gets a label and its probability", async () => {
  const done: number[] = [];
  const answer = { kind: "label", labels: ["short", "long"] } as const;
  const csv = await predictTable(engine, table, { column: "text", adapter, answer }, (rows) => done.push(rows));
  expect(csv.split("\r\n")).toEqual([
    "id,text,predicted label,probability",
    '1,"one, two",long,0.8000',
    "2,three words here,long,1.0000",
  ]);
  expect(done).toEqual([2]);
  expect(await predictTable(engine, table, { column: "id", adapter, answer }, () => {})).toContain(
    "2,three words here,short,0.9000",
  );
});

test("a row without an input gets no answer, and keeps its place", async () => {
  const gaps = readTable('id,text\n1,\n2,three words here\n3," "\n', "rows.csv");
  const answer = { kind: "label", labels: ["short", "long"] } as const;
  const csv = await predictTable(engine, gaps, { column: "text", adapter, answer }, () => {});
  expect(csv.split("\r\n")).toEqual([
    "id,text,predicted label,probability",
    "1,,,",
    "2,three words here,long,1.0000",
    expect.stringMatching(/^3,"? ?"?,,$/),
  ]);
});

test("in a text task it gets the text, row by row", async () => {
  const done: number[] = [];
  const options = { maxNewTokens: 8, stop: [], seed: 1, temperature: 0, topK: null, topP: null };
  const csv = await predictTable(engine, table, { column: "text", adapter, answer: { kind: "text", options } }, (rows) =>
    done.push(rows),
  );
  expect(csv.split("\r\n")).toEqual(["id,text,answer", '1,"one, two","ONE, TWO"', "2,three words here,THREE WORDS HERE"]);
  expect(done).toEqual([1, 2]);
});
