/** Plain text and log files: one row per line, in the single column "line". */

import type { RejectedRow } from "./rejectedRow.ts";
import { MAX_CELL, type Table, type TableRow } from "./table.ts";

/** `content` has \n line ends. */
export function readLines(content: string): Table {
  const rows: TableRow[] = [];
  const rejected: RejectedRow[] = [];
  for (const [index, text] of splitLines(content).entries()) {
    const line = index + 1;
    if (text.trim() === "") rejected.push({ line, reason: "the line is empty" });
    else if (text.length > MAX_CELL) rejected.push({ line, reason: tooLong("line", text.length) });
    else rows.push({ line, values: { line: text } });
  }
  return { format: "text", columns: ["line"], rows, rejected };
}

/** Lines of a text; the line end that closes the last one starts no further line. */
export function splitLines(content: string): string[] {
  return content.replace(/\n$/, "").split("\n");
}

/** The reason for refusing a cell (or line) of `length` characters. */
export function tooLong(name: string, length: number): string {
  return `${name} has ${length} characters, more than ${MAX_CELL}`;
}
