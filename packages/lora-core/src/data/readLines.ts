/** Plain text and log files: one row per message, in the single column "line". The lines of a stack trace belong to their message. */

import type { DataSaying } from "./dataSentences.ts";
import { logMessages } from "./logMessages.ts";
import type { RejectedRow } from "./rejectedRow.ts";
import { MAX_CELL, type Table, type TableRow } from "./table.ts";
import type { TableReading } from "./tableOptions.ts";

/** `content` has \n line ends; `isLog` joins indented lines to what precedes them even where no line looks like a log's. */
export function readLines(content: string, isLog: boolean): Table {
  const rows: TableRow[] = [];
  const rejected: RejectedRow[] = [];
  for (const { line, text } of logMessages(content.replace(/\n$/, "").split("\n"), isLog)) {
    if (text.trim() === "") rejected.push({ line, reason: ["emptyLine"] });
    else if (text.length > MAX_CELL) rejected.push({ line, reason: tooLong("line", text.length) });
    else rows.push({ line, values: { line: text } });
  }
  const reading: TableReading = { encoding: null, separator: null, header: null, quotes: null, notices: [] };
  return { format: "text", columns: ["line"], rows, rejected, reading };
}

/** The reason for refusing a cell (or line) of `length` characters. */
export function tooLong(name: string, length: number): DataSaying {
  return ["tooLong", name, length, MAX_CELL];
}
