import { mapRows } from "@duet/lora-core/data/mapRows";
import { readTable } from "@duet/lora-core/data/readTable";
import { expect, test } from "vitest";
import { reasonsOf, rejectedCsv } from "./rejectedFile.ts";

const text = ["text,label", '"it burns, still",alarm', "=1+1,north", "one,two,three", "on and on,north", "all is well,calm"];
const table = readTable(new TextEncoder().encode(text.join("\n")), "own.csv");
const task = { kind: "label" as const, labels: ["alarm", "calm"] };
const mapping = { input: "text", answer: "label" };
const leftOut = mapRows(table, mapping, task);
const words = (reasons: readonly string[]) => ({ line: "line", reason: "why", reasons });

test("every reason is there once, and every line with its reason and what could be read of it", () => {
  const reasons = reasonsOf(leftOut.rejected);
  expect(reasons.map(([name]) => name)).toHaveLength(2);
  const csv = rejectedCsv(table.columns, leftOut, words(reasons.map(([name]) => `because ${name}`)));
  const [head, ...lines] = csv.split("\r\n");
  expect(head).toBe("line,why,text,label");
  // What a spreadsheet would take for a formula is none.
  expect(lines).toEqual([
    `3,because noLabel,"'=1+1",north`,
    expect.stringMatching(/^4,because \w+,,$/),
    "5,because noLabel,on and on,north",
  ]);
});

test("rows that stand on one line of the file keep their own cells", () => {
  const rows = [
    { text: "it burns", label: "alarm" },
    { text: "well", label: "north" },
    { text: "", label: "calm" },
  ];
  const read = readTable(new TextEncoder().encode(JSON.stringify(rows)), "own.json");
  const csv = rejectedCsv(read.columns, mapRows(read, mapping, task), words(["no label", "empty"]));
  expect(csv.split("\r\n").slice(1)).toEqual(["1,no label,well,north", "1,empty,,calm"]);
});
