import { expect, test } from "vitest";
import { csvBlob } from "./csvBlob.ts";
import { readTable } from "./readTable.ts";

test("a table says that it is UTF-8, and is read back as it was", async () => {
  const blob = csvBlob("行号,text\r\n3,很好\r\n");
  const bytes = new Uint8Array(await blob.arrayBuffer());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(readTable(bytes, "own.csv")).toMatchObject({
    columns: ["行号", "text"],
    rows: [{ values: { 行号: "3", text: "很好" } }],
  });
});
