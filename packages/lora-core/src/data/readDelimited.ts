/** CSV and TSV with a header line; quoted cells may hold separators, quotes and line ends (RFC 4180). Parsed by papaparse. */
/// <reference path="./papaparse.d.ts" />
import Papa from "papaparse";
import { tooLong } from "./readLines.ts";
import type { RejectedRow } from "./rejectedRow.ts";
import { MAX_CELL, type Table, type TableRow } from "./table.ts";

/** `content` has \n line ends. The separator of a CSV may be a comma, a semicolon, a tab or a bar. */
export function readDelimited(content: string, format: "csv" | "tsv"): Table {
  const parsed = Papa.parse<string[]>(content.replace(/\n$/, ""), {
    delimiter: format === "tsv" ? "\t" : "",
    delimitersToGuess: [",", ";", "\t", "|"],
    newline: "\n",
  });
  const quoteErrors = new Map(parsed.errors.filter(({ type }) => type === "Quotes").map(({ row, code }) => [row ?? 0, code]));

  let columns: string[] | null = null;
  const rows: TableRow[] = [];
  const rejected: RejectedRow[] = [];
  let nextLine = 1;
  for (const [index, cells] of parsed.data.entries()) {
    const line = nextLine;
    nextLine += 1 + cells.reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);
    const reason = quoteReason(quoteErrors.get(index)) ?? faultOf(cells, columns);
    if (reason !== null) rejected.push({ line, reason });
    else if (columns === null) columns = columnNames(cells);
    else rows.push({ line, values: Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ""])) });
  }
  return { format, columns: columns ?? [], rows, rejected };
}

function quoteReason(code: string | undefined): string | null {
  if (code === undefined) return null;
  return code === "MissingQuotes"
    ? "a quote opened in this row is never closed"
    : "a quoted cell has text after its closing quote";
}

/** Why a row cannot be used; null when it can. `columns` is null before the header was read. */
function faultOf(cells: readonly string[], columns: readonly string[] | null): string | null {
  if (cells.every((cell) => cell.trim() === "")) return "the line is empty";
  if (columns === null) return null;
  if (cells.length !== columns.length) return `the row has ${cells.length} fields, the header has ${columns.length}`;
  const long = cells.findIndex((cell) => cell.length > MAX_CELL);
  return long < 0 ? null : tooLong(columns[long] ?? "a cell", cells[long]?.length ?? 0);
}

/** Header cells made usable as names: an empty one becomes "column 3", a repeated one "name (2)". */
function columnNames(header: readonly string[]): string[] {
  const names: string[] = [];
  for (const [index, cell] of header.entries()) {
    const base = cell.trim() || `column ${index + 1}`;
    let name = base;
    for (let copy = 2; names.includes(name); copy++) name = `${base} (${copy})`;
    names.push(name);
  }
  return names;
}
