/** Parsed JSON values as rows of text cells. */

import { stripAnsi } from "./ansi.ts";
import { ANSWER_NAMES, INPUT_NAMES } from "./columnNames.ts";
import type { DataSaying } from "./dataSentences.ts";
import { endOfString } from "./jsonParts.ts";
import { tooLong } from "./readLines.ts";
import type { RejectedRow } from "./rejectedRow.ts";
import { MAX_CELL, MAX_COLUMNS, type Table, type TableRow } from "./table.ts";
import { TableError } from "./tableError.ts";
import { isConversation } from "./turn.ts";

/** What should be one row: a parsed value, or undefined where the text was no JSON. */
export interface JsonRow {
  readonly line: number;
  readonly value: unknown;
}

/** JSON, and what Python writes besides: NaN is a missing value, an infinity the word. Undefined where it is neither. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined;
  }
  try {
    return JSON.parse(withPythonNumbers(text));
  } catch {
    return undefined;
  }
}

function withPythonNumbers(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const begin = quote < 0 ? text.length : quote;
    parts.push(
      text
        .slice(at, begin)
        .replace(/\bNaN\b/g, "null")
        .replace(/-?\bInfinity\b/g, '"$&"'),
    );
    at = quote < 0 ? begin : endOfString(text, begin);
    parts.push(text.slice(begin, at));
  }
  return parts.join("");
}

/** Columns are the union of the objects' names, in order of appearance. @throws {TableError} when there are too many. */
export function tableOfRows(rows: Iterable<JsonRow | RejectedRow>): Pick<Table, "columns" | "rows" | "rejected"> {
  const columns = new Set<string>();
  const found: { readonly line: number; readonly cells: ReadonlyMap<string, string> }[] = [];
  const rejected: RejectedRow[] = [];
  let names: readonly string[] | null = null;
  for (const row of rows) {
    if ("reason" in row) {
      rejected.push(row);
      continue;
    }
    if (found.length === 0 && names === null && isNameList(row.value)) {
      names = row.value;
      continue;
    }
    const cells = cellsOf(row.value, names);
    if (!(cells instanceof Map)) rejected.push({ line: row.line, reason: cells });
    else {
      for (const column of cells.keys()) columns.add(column);
      if (columns.size > MAX_COLUMNS) {
        throw new TableError("TOO_LARGE", ["tooManyFields", MAX_COLUMNS]);
      }
      found.push({ line: row.line, cells });
    }
  }
  const all = [...columns];
  const filled: TableRow[] = found.map(({ line, cells }) => ({
    line,
    values: Object.fromEntries(all.map((name) => [name, cells.get(name) ?? ""])),
  }));
  return { columns: all, rows: filled, rejected };
}

/** The first of a list of lists, where it has the names of the columns. */
const isNameList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) &&
  value.length > 1 &&
  value.every((name) => typeof name === "string" && name.trim() !== "") &&
  new Set(value).size === value.length &&
  value.some((name) => INPUT_NAMES.test(name) || ANSWER_NAMES.test(name));

/** The row's cells, or the reason why there are none. Nested values are kept as JSON text, null is "". */
function cellsOf(value: unknown, names: readonly string[] | null): Map<string, string> | DataSaying {
  if (value === undefined) return ["noJson"];
  const entries = entriesOf(value, names);
  if (!entries) return ["noObject"];
  const cells = new Map<string, string>();
  for (const [name, entry] of entries) {
    const cell =
      typeof entry === "string" ? stripAnsi(entry) : entry === null || entry === undefined ? "" : JSON.stringify(entry);
    if (cell.length > MAX_CELL) return tooLong(name, cell.length);
    cells.set(name, cell);
  }
  return cells.size > 0 ? cells : ["noFields"];
}

/** A list of turns alone is a row of one column; another list of at least two values has numbered columns. */
function entriesOf(value: unknown, names: readonly string[] | null): readonly (readonly [string, unknown])[] | null {
  if (typeof value !== "object" || value === null) return null;
  if (isConversation(value)) return [["messages", value]];
  if (!Array.isArray(value)) return Object.entries(value);
  const cells: readonly unknown[] = value;
  return cells.length > 1 ? cells.map((cell, index) => [names?.[index] ?? `column ${index + 1}`, cell] as const) : null;
}
