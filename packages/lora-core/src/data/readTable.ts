/**
 * Reads a data file's text into a table: CSV, TSV, JSON Lines, a JSON array of objects, or plain lines.
 * The format follows the file name's ending, else what the text looks like.
 */
import { readDelimited } from "./readDelimited.ts";
import { readJsonArray, readJsonLines } from "./readJson.ts";
import { readLines } from "./readLines.ts";
import { MAX_COLUMNS, MAX_ROWS, MAX_TEXT, type Table, type TableFormat } from "./table.ts";
import { TableError } from "./tableError.ts";

/** @throws {TableError} when the file as a whole is empty, binary, too large, or not one row of it can be read. */
export function readTable(text: string, fileName: string): Table {
  if (text.length > MAX_TEXT) {
    throw new TableError("TOO_LARGE", `${fileName} has ${text.length} characters; at most ${MAX_TEXT} can be read.`);
  }
  // Line ends become \n, also inside quoted cells, so that every format counts lines alike.
  const content = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  refuseBinary(content, fileName);
  if (content.trim() === "") throw new TableError("EMPTY", `${fileName} is empty.`);
  const table = readAs(formatOf(content, fileName), content);
  checkSize(table, fileName);
  return table;
}

function readAs(format: TableFormat, content: string): Table {
  switch (format) {
    case "csv":
    case "tsv":
      return readDelimited(content, format);
    case "jsonl":
      return readJsonLines(content);
    case "json":
      return readJsonArray(content);
    case "text":
      return readLines(content);
  }
}

const FORMAT_BY_ENDING: Readonly<Record<string, TableFormat>> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "jsonl",
  log: "text",
  txt: "text",
};

function formatOf(content: string, fileName: string): TableFormat {
  const ending = /\.([a-z]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? "";
  const format = FORMAT_BY_ENDING[ending] ?? looksLike(content);
  return format === "jsonl" && content.trimStart().startsWith("[") ? "json" : format;
}

/** For a pasted text or an unknown ending: JSON by its first character, a table when two lines have as many separators. */
function looksLike(content: string): TableFormat {
  if (/^\s*[[{]\s*["{\]}]/.test(content)) return "jsonl";
  const [first = "", second = ""] = content.split("\n", 2);
  const count = (line: string, separator: string) => line.split(separator).length - 1;
  if (count(first, "\t") > 0 && count(first, "\t") === count(second, "\t")) return "tsv";
  if (count(first, ",") > 0 && (count(first, ",") === count(second, ",") || second.includes('"'))) return "csv";
  return "text";
}

/** NUL never stands in text; many replacement characters mean the bytes were not UTF-8. */
function refuseBinary(content: string, fileName: string): void {
  const head = content.slice(0, 10_000);
  const undecodable = head.length - head.replaceAll("\uFFFD", "").length;
  if (content.includes("\0") || undecodable > head.length / 20) {
    throw new TableError("BINARY", `${fileName} is not text in UTF-8. Save it as CSV, TSV, JSON Lines or plain text in UTF-8.`);
  }
}

function checkSize({ rows, columns, rejected }: Table, fileName: string): void {
  if (rows.length > MAX_ROWS) {
    throw new TableError("TOO_LARGE", `${fileName} has ${rows.length} rows; at most ${MAX_ROWS} can be used.`);
  }
  if (columns.length > MAX_COLUMNS) {
    throw new TableError("TOO_LARGE", `${fileName} has ${columns.length} columns; at most ${MAX_COLUMNS} can be used.`);
  }
  if (rows.length === 0) {
    const first = rejected[0];
    const why = first ? ` Line ${first.line}: ${first.reason}.` : "";
    throw new TableError("UNREADABLE", `${fileName} has no row that can be read.${why}`);
  }
}
