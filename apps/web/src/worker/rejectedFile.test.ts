import { mapRows } from "@duet/lora-core/data/mapRows";
import { readTable } from "@duet/lora-core/data/readTable";
import { expect, test } from "vitest";
import { reasonsOf, rejectedCsv } from "./rejectedFile.ts";

const text = ["text,label", '"it burns, still",alarm', "=1+1,north", "one,two,three", "on and on,north", "all is well,calm"];
const table = readTable(new TextEncoder().encode(text.join("\n")), "own.csv");
const task = { kind: "label" as const, labels: ["alarm", "calm"] };
const { rejected } = mapRows(table, { input: "text", answer: "label" }, task);

test("every reason is there once, and every line with its reason and what could be read of it", () => {
  const reasons = reasonsOf(rejected);
  expect(reasons.map(([name]) => name)).toHaveLength(2);
  const csv = rejectedCsv(table, rejected, { line: "line", reason: "why", reasons: reasons.map(([name]) => `because ${name}`) });
  const [head, ...lines] = csv.split("\r\n");
  expect(head).toBe("line,why,text,label");
  // What a spreadsheet would take for a formula is none.
  expect(lines).toEqual([
    `3,because noLabel,"'=1+1",north`,
    expect.stringMatching(/^4,because \w+,,$/),
    "5,because noLabel,on and on,north",
  ]);
});
