import type { DataSaying } from "@duet/lora-core/data/dataSentences";
import { mapRows } from "@duet/lora-core/data/mapRows";
import { readTable } from "@duet/lora-core/data/readTable";
import { expect, test } from "vitest";
import { rejectedCsv } from "./rejectedFile.ts";

const tableOf = (name: string, text: string) => readTable(new TextEncoder().encode(text), name);
const mapping = { input: "text", answer: "label" };
const task = { kind: "label" as const, labels: ["alarm", "calm"] };
const words = { line: "line", reason: "why" };
const because = (reasons: readonly DataSaying[]) => reasons.map(([name]) => `because ${name}`);

test("every line is there with its reason and what could be read of it", async () => {
  const text = ["text,label", '"it burns, still",alarm', "=1+1,north", "one,two,three", "on and on,north", "all is well,calm"];
  const table = tableOf("own.csv", text.join("\n"));
  const csv = await rejectedCsv(table.columns, mapRows(table, mapping, task), words, because);
  const [head, ...lines] = csv.split("\r\n");
  expect(head).toBe("line,why,text,label");
  // What a spreadsheet would take for a formula is none.
  expect(lines).toEqual([
    `3,because noLabel,"'=1+1",north`,
    expect.stringMatching(/^4,because \w+,,$/),
    "5,because noLabel,on and on,north",
  ]);
});

test("rows that stand on one line of the file keep their own cells", async () => {
  const rows = [
    { text: "it burns", label: "alarm" },
    { text: "well", label: "north" },
    { text: "", label: "calm" },
  ];
  const table = tableOf("own.json", JSON.stringify(rows));
  const csv = await rejectedCsv(table.columns, mapRows(table, mapping, task), words, because);
  expect(csv.split("\r\n").slice(1)).toEqual(["1,because noLabel,well,north", "1,because empty,,calm"]);
});

test("reasons are said once each, few at a time however many there are", async () => {
  const lines = Array.from({ length: 2600 }, (_, i) => `so it goes,north ${i % 1300}`);
  const table = tableOf("own.csv", ["text,label", "it burns,alarm", ...lines].join("\n"));
  const asked: number[] = [];
  const csv = await rejectedCsv(table.columns, mapRows(table, mapping, task), words, (reasons) => {
    asked.push(reasons.length);
    return reasons.map(([, label]) => `no ${label}`);
  });
  expect(asked.reduce((sum, count) => sum + count)).toBe(1300);
  expect(Math.max(...asked)).toBeLessThanOrEqual(500);
  expect(csv.split("\r\n").at(-1)).toBe("2602,no north 1299,so it goes,north 1299");
});
